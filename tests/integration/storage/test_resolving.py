"""Identities outside become one member inside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.events import FOLLOWED, MESSAGE, UNFOLLOWED, InboundEvent
from storage import members
from storage.database import Database
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow
from tests.fakes import START

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)


def event(
    known_as: str, *also: str, kind: str = MESSAGE, account: str = "shop", key: str = "k"
) -> InboundEvent:
    return InboundEvent(key, account, kind, START, known_as, also_known_as=also)


def resolve(database: Database, *events: InboundEvent) -> list[int | None]:
    return database.transact(lambda c: members.resolve(c, events, START + timedelta(minutes=1)))


def people(database: Database) -> int:
    return len(
        database.transact(
            lambda c: c.execute(select(MEMBER.c.id).where(MEMBER.c.merged_into.is_(None))).all()
        )
    )


def test_a_stranger_becomes_one_member_however_often_they_speak(database: Database) -> None:
    first, second, other = resolve(database, event("shop:a"), event("shop:a"), event("shop:b"))
    again = resolve(database, event("shop:b"), event("shop:a"))
    assert first == second != other
    assert again == [other, first]
    assert people(database) == 2


def test_events_of_the_account_itself_have_no_member(database: Database) -> None:
    assert resolve(database, event("")) == [None]
    assert people(database) == 0


def test_a_stranger_who_unfollows_is_not_made_a_member(database: Database) -> None:
    assert resolve(database, event("shop:a", kind=UNFOLLOWED)) == [None]
    assert people(database) == 0


def test_a_direct_event_proves_that_the_account_reaches_the_member(database: Database) -> None:
    direct, told = resolve(database, event("shop:a", kind=FOLLOWED), event("shop:b", account="webhook"))
    loaded = database.transact(lambda c: members.load(c, [direct or 0, told or 0], members.NOTHING, START))
    assert [link.following for link in loaded[direct or 0].links] == [True]
    # A shop's word about an address is no tie: who never followed cannot have left either.
    assert loaded[told or 0].links == ()
    assert not loaded[told or 0].unfollowed


def test_names_proved_by_one_event_are_one_member_from_then_on(database: Database) -> None:
    (first,) = resolve(database, event("shop:a", "unionid:u"))
    assert resolve(database, event("corp:z", "unionid:u"), event("unionid:u"), event("corp:z")) == [first] * 3


def test_a_chain_of_aliases_inside_one_group_is_one_member(database: Database) -> None:
    ids = resolve(database, event("shop:a", "unionid:u"), event("corp:b", "phone:13800138000"),
                  event("phone:+86 138-0013-8000", "unionid:u"), event("corp:b"))  # fmt: skip
    assert len(set(ids)) == 1
    assert people(database) == 1


def test_a_phone_is_stored_by_keyed_hash_and_cipher_only(database: Database) -> None:
    resolve(database, event("phone:13800138000", account="webhook"))
    rows = database.transact(lambda c: c.execute(select(IDENTITY)).all())
    assert len(rows) == 1
    assert "138" not in rows[0].known_as
    assert b"138" not in rows[0].cipher
    found = database.transact(lambda c: members.find(c, "phone:0086 13800138000"))
    assert found == rows[0].member_id


def test_a_phone_that_is_no_number_names_nobody(database: Database) -> None:
    assert resolve(database, event("phone:hello")) == [None]


def test_member_numbers_lead_to_members_and_make_none(database: Database) -> None:
    (first,) = resolve(database, event("shop:a"))
    assert resolve(database, event(f"member:m{first}"), event("member:m999")) == [first, None]
    assert people(database) == 1


@pytest.mark.parametrize("bad", ["shop:", ":x", "nothing", "  "])
def test_half_an_identity_names_nobody(database: Database, bad: str) -> None:
    assert resolve(database, event(bad)) == [None]


def test_the_lone_surrogate_and_the_nul_of_an_identity_do_no_harm(database: Database) -> None:
    (first,) = resolve(database, event("shop:a\0\ud800"))
    assert first is not None
    assert resolve(database, event("shop:a\0\ud800")) == [first]
