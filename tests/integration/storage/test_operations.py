"""Running the house: audit, switches, alerts, chores, followers, keys, export, start-up checks."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.domain.errors import NoSuchMember, StorageUnavailable
from bot.domain.events import MESSAGE, InboundEvent
from storage import alerts, audit, chores, events, export, followers, keys, members, names, startup, switches
from storage.database import Database
from storage.privacy import Keyring, Unreadable
from storage.tables import METADATA, table
from storage.tables.members import IdentityRow, MemberRow
from tests.fakes import START
from tests.integration.storage.conftest import ring

HOUR = timedelta(hours=1)
IDENTITY = table(IdentityRow)
AUDIT = audit.AUDIT


def acts(c: Connection, count: int = 5) -> str:
    for number in range(count):
        audit.note(c, audit.Entry("m1", "send", f"m{number}", {"人数": number}), START + number * HOUR)
    return audit.head(c)


def test_an_untouched_audit_chain_holds(database: Database) -> None:
    head = database.transact(acts)
    assert database.transact(lambda c: audit.verify(c, head)) == []


@pytest.mark.parametrize(
    ("values", "problem"),
    [({"actor": "somebody"}, "was changed"), ({"details": {"人数": 99}}, "was changed"),
     ({"at": START}, "was changed"), ({"previous": "0" * 64}, "does not follow the row before it")],
)  # fmt: skip
def test_an_edited_audit_row_shows(database: Database, values: dict[str, object], problem: str) -> None:
    database.transact(acts)
    database.transact(lambda c: c.execute(update(AUDIT).where(AUDIT.c.id == 3).values(**values)))
    assert problem in {one.problem for one in database.transact(audit.verify)}


def test_a_deleted_audit_row_shows(database: Database) -> None:
    head = database.transact(acts)
    database.transact(lambda c: c.execute(AUDIT.delete().where(AUDIT.c.id == 3)))
    assert database.transact(audit.verify) == [audit.Broken(4, "does not follow the row before it")]
    database.transact(lambda c: c.execute(AUDIT.delete().where(AUDIT.c.id >= 3)))
    assert database.transact(audit.verify) == []  # a cut tail shows only to who noted its head
    assert database.transact(lambda c: audit.verify(c, head)) == [
        audit.Broken(0, "a row that was there is gone")
    ]


def test_switches_outlive_the_program(any_database_url: str) -> None:
    with Database.open(any_database_url) as database:
        database.transact(lambda c: switches.turn_on(c, switches.PAUSED, "m1", START))
        database.transact(lambda c: switches.turn_on(c, "rule:winback", "m1", START))
    with Database.open(any_database_url) as database:
        assert database.transact(switches.stopped) == "paused"
        assert database.transact(lambda c: switches.orders(switches.all_on(c))[0]) == {"winback"}
        assert database.transact(lambda c: switches.turn_off(c, switches.PAUSED))
        assert not database.transact(lambda c: switches.turn_off(c, switches.PAUSED))
        assert database.transact(switches.stopped) == ""


def test_an_alert_is_told_once_until_it_was_cleared_and_came_back(database: Database) -> None:
    def again(at: int) -> list[str]:
        now = START + at * HOUR
        database.transact(lambda c: alerts.raise_(c, "token:shop", "critical", "取不到令牌", now))
        new = database.transact(lambda c: alerts.untold(c, now, timedelta(days=1)))
        database.transact(lambda c: alerts.told(c, [one.name for one in new], now))
        return [one.name for one in new]

    assert again(0) == ["token:shop"]
    assert again(1) == []
    assert [one.since for one in database.transact(alerts.standing)] == [START]
    assert database.transact(lambda c: alerts.clear(c, "token:shop", START + 2 * HOUR))
    assert database.transact(alerts.standing) == []
    assert again(3) == ["token:shop"]
    assert again(30) == ["token:shop"]


def test_a_chore_goes_on_where_it_stopped_and_starts_over_when_it_finished(database: Database) -> None:
    half = chores.Progress("next", 10_000, 25_000)
    database.transact(lambda c: chores.keep(c, "sync:shop", half, START))
    assert database.transact(lambda c: chores.progress(c, "sync:shop")) == half
    done = chores.Progress("", 25_000, 25_000, chores.FINISHED)
    database.transact(lambda c: chores.keep(c, "sync:shop", done, START))
    assert database.transact(lambda c: chores.progress(c, "sync:shop")) == chores.Progress()


def test_followers_are_taken_over_without_anything_happening_to_them(database: Database) -> None:
    page = [f"o{number}" for number in range(1200)]
    taken = database.transact(lambda c: followers.take_over(c, "shop", page, START, {"o1": "U1"}))
    again = database.transact(lambda c: followers.take_over(c, "shop", [*page, "new"], START))
    assert (taken, again) == (followers.Taken(1200, 0), followers.Taken(1, 1200))
    assert database.transact(lambda c: c.execute(select(events.EVENT)).all()) == []
    found = database.transact(lambda c: members.find(c, "unionid:U1"))
    (member,) = database.transact(lambda c: members.load(c, [found or 0], members.NOTHING, START)).values()
    assert [link.following for link in member.links] == [True]
    assert member.tallies == {}


def phone(c: Connection) -> int:
    told = InboundEvent("k", "webhook", "custom.x", START, "phone:13800138000")
    return members.resolve(c, [told], START)[0] or 0


def opened(c: Connection) -> str:
    row = c.execute(select(IDENTITY)).one()
    return names.opened_phone(c, row.cipher, row.member_id)


def test_after_a_rotation_the_new_key_alone_opens_everything(any_database_url: str) -> None:
    old = ring("old")
    both = Keyring.of("new", "index key", old.nonce, older=("old",))
    with Database.open(any_database_url, old) as database:
        database.transact(phone)
    with Database.open(any_database_url, ring("new")) as database, pytest.raises(Unreadable):
        database.transact(opened)
    with Database.open(any_database_url, both) as database:
        assert database.transact(keys.rotate) == 1
        assert database.transact(keys.rotate) == 0
    with Database.open(any_database_url, ring("new")) as database:
        assert database.transact(opened) == "+8613800138000"


def test_a_cipher_copied_to_another_member_does_not_open(database: Database) -> None:
    database.transact(phone)
    database.transact(lambda c: c.execute(update(IDENTITY).values(member_id=99)))
    with pytest.raises(Unreadable):
        database.transact(opened)


def test_an_export_holds_every_table_with_a_members_key(database: Database) -> None:
    """A new table that knows members must be in, or told to be ours alone."""
    member_id = database.transact(phone)
    said = InboundEvent("k", "shop", MESSAGE, START, "shop:a", text="你好")
    database.transact(lambda c: events.append(c, [events.Happened.of(member_id, said)], START))
    found = database.transact(lambda c: export.member(c, member_id))
    keyed = {one.name for one in METADATA.sorted_tables if "member_id" in one.c}
    assert keyed <= set(found)
    assert found["identity"][0]["phone"] == "+8613800138000"
    assert found["event"][0]["properties"] == {"text": "你好"}
    assert json.dumps(found, ensure_ascii=False)
    masked = database.transact(lambda c: export.member(c, member_id, masked=True))
    assert masked["identity"][0]["phone"] == "138****8000"


def test_every_table_is_a_members_or_known_to_hold_nothing_of_them() -> None:
    """What holds nothing of a member is written down, so that a new table is thought about."""
    ours = {
        "alert", "audit", "binding_code", "chore", "circle", "config_version", "coupon_batch", "firing",
        "chat_group", "group_post", "inbox", "mass_batch", "media", "operator", "plan", "quarantine", "rate",
        "source_code", "switch", "token", "draw", "draw_prize", "party", "cash_grant",
    }  # fmt: skip
    theirs = {one.name for one in export.tables()} | {"member"}
    assert {one.name for one in METADATA.sorted_tables} - theirs <= ours


def test_nobody_is_exported_for_a_number_nobody_has(database: Database) -> None:
    with pytest.raises(NoSuchMember):
        database.transact(lambda c: export.member(c, 999))


def test_a_migrated_database_is_fit_and_an_empty_one_says_what_it_needs(
    any_database_url: str, tmp_path: object
) -> None:
    with Database.open(any_database_url) as database:
        assert startup.problems(database) == []
    with Database.open(f"sqlite:///{tmp_path}/empty.db") as empty:
        assert any("run migrate" in one for one in startup.problems(empty))


def test_a_database_that_is_gone_is_called_unavailable(tmp_path: object) -> None:
    with (
        Database.open(f"sqlite:///{tmp_path}/no/such/folder/x.db") as lost,
        pytest.raises(StorageUnavailable),
    ):
        lost.transact(lambda c: c.execute(select(table(MemberRow))).all())
