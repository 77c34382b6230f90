"""Two members turn out to be one person."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.domain.effects import (
    AddTag,
    Effect,
    Enroll,
    OpenWindow,
    SetAttributes,
    SetConsent,
    SetMembership,
    SetStage,
)
from bot.domain.events import FOLLOWED, MESSAGE, ORDER_PAID, InboundEvent
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState
from bot.domain.members import Member
from storage import effects, events, members, merge
from storage.database import Database
from storage.export import tables
from storage.names import opened_phone
from storage.tables import table
from storage.tables.lifecycle import EnrollmentRow
from storage.tables.members import IdentityRow, MemberRow
from tests.fakes import START

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)
HOUR = timedelta(hours=1)
WANTED = members.Wanted(frozenset({ORDER_PAID}), timedelta(days=30))


def person(c: Connection, known_as: str, at: datetime, *, order: int, name: str | None = None) -> int:
    """Store a member with a full life; `at` sets the two apart."""
    event = InboundEvent(f"k-{known_as}", known_as.partition(":")[0], MESSAGE, at, known_as)
    (member_id,) = members.resolve(c, [event], at + HOUR)
    assert member_id is not None
    events.append(c, [events.Happened(member_id, ORDER_PAID, at, amount=order)], at)
    run = Enrollment(
        f"run-{member_id}", "welcome", "v", member_id, "", EnrollmentState.ACTIVE, "hello", at, at, at
    )
    done: list[Effect] = [
        AddTag(member_id, "母婴", f"from {known_as}", at, at + 10 * HOUR),
        SetStage(member_id, "buyer", "", at),
        SetMembership(member_id, "vip", True, at),
        SetAttributes(member_id, {"name": name, known_as: "yes"}, "test", at),
        SetConsent(member_id, "marketing", known_as.startswith("shop"), "keyword", "", at),
        OpenWindow(member_id, "customer_service", order, MESSAGE, at, at + HOUR),
        Enroll(run),
    ]
    effects.apply(c, [done], at)
    return member_id


@pytest.fixture
def two(database: Database) -> tuple[int, int]:
    """An older member of the shop and a younger one of the company, who withdrew later."""
    return database.transact(
        lambda c: (
            person(c, "shop:a", START, order=100),
            person(c, "corp:b", START + HOUR, order=250, name="小明"),
        )
    )


def load(database: Database, member_id: int) -> Member:
    return database.transact(lambda c: members.load(c, [member_id], WANTED, START + HOUR))[member_id]


def alias(database: Database, one: str, other: str) -> int | None:
    event = InboundEvent("alias", "webhook", "custom.alias", START + 2 * HOUR, one, also_known_as=(other,))
    return database.transact(lambda c: members.resolve(c, [event], START + 2 * HOUR))[0]


def test_the_older_member_lives_on_with_both_histories(database: Database, two: tuple[int, int]) -> None:
    older, _ = two
    assert alias(database, "corp:b", "shop:a") == older
    member = load(database, older)
    assert member.tallies[ORDER_PAID].count == 2
    assert member.tallies[ORDER_PAID].amount == 350
    assert (member.tallies[ORDER_PAID].first_at, member.tallies[ORDER_PAID].last_at) == (START, START + HOUR)
    assert member.moments[ORDER_PAID] == (START + HOUR, START)
    assert member.tags["母婴"].at == START
    assert member.tags["母婴"].expires_at == START + 11 * HOUR
    assert not member.consents["marketing"].granted
    assert member.name == "小明"
    assert set(member.attributes) == {"shop:a", "corp:b"}
    assert {link.account for link in member.links} == {"shop", "corp"}
    assert member.memberships == {"vip"}


def test_of_two_runs_through_one_rule_the_older_goes_on(database: Database, two: tuple[int, int]) -> None:
    alias(database, "shop:a", "corp:b")
    (run,) = load(database, two[0]).runs
    assert run.entered_at == START
    rows = database.transact(lambda c: c.execute(select(table(EnrollmentRow))).all())
    assert {(row.state, row.reason) for row in rows} == {("active", ""), ("exited", "merged")}


def test_a_platforms_allowance_is_not_added_up(database: Database, two: tuple[int, int]) -> None:
    alias(database, "shop:a", "corp:b")
    from storage.allowances import ALLOWANCE

    rows = database.transact(lambda c: c.execute(select(ALLOWANCE)).all())
    assert [(row.member_id, row.remaining) for row in rows] == [(two[0], 250)]


def snapshot(c: Connection) -> dict[str, Any]:
    rows = {one.name: sorted(map(repr, c.execute(select(one)).all())) for one in tables()}
    rows["member"] = sorted(map(repr, c.execute(select(MEMBER)).all()))
    return rows


@pytest.mark.parametrize("again", [("shop:a", "corp:b"), ("corp:b", "shop:a"), ("member:m2", "shop:a")])
def test_merging_again_in_any_direction_changes_nothing(
    database: Database, two: tuple[int, int], again: tuple[str, str]
) -> None:
    alias(database, "shop:a", "corp:b")
    before = database.transact(snapshot)
    assert alias(database, *again) == two[0]
    database.transact(lambda c: merge.merge(c, two[1], [two[0]], START + 2 * HOUR))
    assert database.transact(snapshot) == before


def test_rings_and_chains_end_at_one_member(database: Database, two: tuple[int, int]) -> None:
    third = database.transact(lambda c: person(c, "ops:c", START + 2 * HOUR, order=1))
    alias(database, "ops:c", "corp:b")
    alias(database, "corp:b", "shop:a")
    assert alias(database, "shop:a", "ops:c") == two[0]
    assert load(database, two[0]).tallies[ORDER_PAID].count == 3
    for number in (*two, third):
        assert database.transact(partial(members.find, who=f"m{number}")) == two[0]


def test_no_row_stays_behind_with_the_merged_member(database: Database, two: tuple[int, int]) -> None:
    alias(database, "shop:a", "corp:b")

    def left(c: Connection) -> list[str]:
        owned = [one for one in tables() if "member_id" in one.c]
        return [one.name for one in owned if c.execute(select(one).where(one.c.member_id == two[1])).first()]

    assert database.transact(left) == []


def test_a_phone_still_opens_after_its_member_was_merged(database: Database) -> None:
    def work(c: Connection) -> None:
        first = InboundEvent("1", "shop", FOLLOWED, START, "shop:a")
        second = InboundEvent("2", "webhook", "custom.x", START, "phone:13800138000")
        both = InboundEvent("3", "webhook", "custom.x", START, "shop:a", also_known_as=("phone:13800138000",))
        members.resolve(c, [first], START)
        members.resolve(c, [second], START)
        members.resolve(c, [both], START)

    database.transact(work)
    rows = database.transact(
        lambda c: c.execute(select(IDENTITY).where(IDENTITY.c.cipher.is_not(None))).all()
    )
    assert database.transact(lambda c: opened_phone(c, rows[0].cipher, rows[0].member_id)) == "+8613800138000"
    assert rows[0].member_id == database.transact(lambda c: members.find(c, "shop:a"))
