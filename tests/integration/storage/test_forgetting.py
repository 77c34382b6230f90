"""Unfollow erases: what came through the account goes, also from the bytes on disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from bot.domain.effects import (
    AddTag,
    Effect,
    SetAttributes,
    SetMembership,
)
from bot.domain.events import FOLLOWED, MESSAGE, ORDER_PAID, InboundEvent
from storage import effects, erasure, events, members
from storage.database import Database
from storage.privacy import Keyring, NoKeys
from storage.tables import table
from storage.tables.history import SegmentChangeRow
from storage.tables.lifecycle import EnrollmentRow
from storage.tables.members import ConsentRow, IdentityRow, MemberRow, TombstoneRow
from tests.integration.storage.canaries import ADDRESS, LATER, NAME, OUTBOX, SAID, TEXT, leave, live, traces


def test_the_canaries_can_be_found_before(database: Database) -> None:
    """Sabotage twin of the scan: without erasing it finds every canary."""
    database.transact(live)
    assert {one.split()[-1] for one in database.transact(traces)} == {NAME, TEXT, ADDRESS, SAID}


def test_nothing_of_who_left_stays_in_any_table(database: Database) -> None:
    member_id = database.transact(live)
    database.transact(lambda c: leave(c, member_id))
    assert database.transact(traces) == []


def test_orders_and_consents_stay_under_the_bare_number(database: Database) -> None:
    member_id = database.transact(live)
    database.transact(lambda c: leave(c, member_id))
    rows = database.transact(lambda c: c.execute(select(events.EVENT)).all())
    assert [(row.kind, row.amount, row.properties) for row in rows] == [(ORDER_PAID, 500, {"order_id": "A1"})]
    consents = database.transact(lambda c: c.execute(select(table(ConsentRow))).all())
    assert [(row.member_id, row.granted) for row in consents] == [(member_id, True)]


def test_what_was_under_way_ends(database: Database) -> None:
    member_id = database.transact(live)
    database.transact(lambda c: leave(c, member_id))
    rows = database.transact(lambda c: c.execute(select(OUTBOX.c.state, OUTBOX.c.reason)).all())
    assert [tuple(row) for row in rows] == [("skipped", "erased")]
    run = database.transact(lambda c: c.execute(select(table(EnrollmentRow))).one())
    assert (run.state, run.reason, run.due_at) == ("exited", "erased", None)


def test_who_comes_back_is_a_new_member_with_no_history(database: Database) -> None:
    member_id = database.transact(live)
    database.transact(lambda c: leave(c, member_id))
    back = InboundEvent("again", "shop", FOLLOWED, LATER, f"shop:{ADDRESS}")
    (new,) = database.transact(lambda c: members.resolve(c, [back], LATER))
    assert new not in {None, member_id}
    member = database.transact(lambda c: members.load(c, [new or 0], members.NOTHING, LATER))[new or 0]
    assert (member.tallies, member.tags, member.consents, member.name) == ({}, {}, {}, None)
    assert database.transact(lambda c: members.find(c, f"m{member_id}")) is None


def test_who_is_known_elsewhere_too_keeps_the_rest(database: Database) -> None:
    def work(c: Connection) -> int:
        member_id = live(c, also="unionid:U")
        other = InboundEvent(
            "corp-1", "corp", MESSAGE, LATER, "corp:z", also_known_as=("unionid:U",), text="在吗"
        )
        assert members.resolve(c, [other], LATER) == [member_id]
        events.append(c, [events.Happened.of(member_id, other)], LATER)
        mine: list[Effect] = [
            AddTag(member_id, "KOC", "rule", LATER),
            SetAttributes(member_id, {"points": 7}, "corp", LATER),
            SetMembership(member_id, "active", inside=True, at=LATER),
        ]
        effects.apply(c, [mine], LATER, ["corp"])
        leave(c, member_id)
        return member_id

    member_id = database.transact(work)
    member = database.transact(lambda c: members.load(c, [member_id], members.NOTHING, LATER))[member_id]
    assert set(member.tags) == {"KOC"}
    assert (member.name, member.attributes) == (None, {"points": 7})
    assert member.tallies[MESSAGE].count == 1
    assert member.tallies[MESSAGE].first_at == LATER
    assert [(link.account, link.following) for link in member.links] == [("corp", True), ("shop", False)]
    # What was understood of the member may have come from what is forgotten.
    assert database.transact(lambda c: c.execute(select(table(SegmentChangeRow))).all()) == []
    # What the shop's own system told us did not come through the account.
    assert database.transact(traces) == [f"event: {TEXT}"]


def test_a_tombstone_names_nobody_but_is_known_again_with_the_key(database: Database) -> None:
    member_id = database.transact(live)
    database.transact(lambda c: leave(c, member_id))
    (tomb,) = database.transact(lambda c: c.execute(select(table(TombstoneRow))).all())
    assert ADDRESS not in tomb.digest
    ring = database.engine.get_execution_options()["keyring"]
    assert tomb.digest == erasure.digest_of(ring, f"shop:{ADDRESS}")


def test_without_keys_nothing_is_half_forgotten(any_database_url: str) -> None:
    with Database.open(any_database_url) as unkeyed:
        member_id = unkeyed.transact(live)
        with pytest.raises(NoKeys):
            unkeyed.transact(lambda c: leave(c, member_id))
        assert unkeyed.transact(lambda c: c.execute(select(table(IdentityRow))).all())


def test_unfollowing_twice_is_harmless(database: Database) -> None:
    member_id = database.transact(live)
    database.transact(lambda c: leave(c, member_id))
    database.transact(lambda c: leave(c, member_id))
    assert database.transact(lambda c: c.execute(select(table(MemberRow).c.erased_at)).scalars().all()) == [
        LATER
    ]


@pytest.mark.parametrize("erase", [True, False], ids=["erased", "sabotage: not erased"])
def test_the_file_holds_no_bytes_of_who_left(sqlite_url: str, keyring: Keyring, erase: bool) -> None:
    with Database.open(sqlite_url, keyring) as database:
        member_id = database.transact(live)
        if erase:
            database.transact(lambda c: leave(c, member_id))
            database.transact(lambda c: c.execute(text("SELECT 1")))
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    raw = b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))
    found = {canary for canary in (NAME, TEXT, ADDRESS, SAID) if canary.encode() in raw}
    assert found == (set() if erase else {NAME, TEXT, ADDRESS, SAID})
