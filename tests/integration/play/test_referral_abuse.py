"""What looks like abuse is held and pays nobody; without the guards it would."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.activities.terms import Crowd
from bot.domain.effects import LeaveReferral, NoteReferral, QualifyReferral
from storage import invitations, referrals
from storage.database import Connection, Database
from storage.dialect import insert_new
from storage.events import Happened, append
from storage.invitations import REFERRAL
from storage.rewards import ENROLLMENT
from tests.integration.play.referring import HOUR, NOW, TERMS, come, order, scene, state, told


def naively(database: Database, who: int, code: str) -> str:
    """Note whoever scans, as somebody might who thinks of no abuse."""

    def work(c: Connection) -> str:
        row = {
            "member_id": who, "inviter_id": invitations.inviter_of(c, code), "at": NOW, "state": "followed",
            "flags": "", "order_id": "", "qualified_at": None, "settled_at": None,
        }  # fmt: skip
        insert_new(c, REFERRAL, [row], ["member_id"])
        return ""

    return database.transact(work)


def guarded(database: Database, who: int, code: str) -> str:
    return come(database, who, code, first=who not in (1, 9))


@pytest.mark.parametrize("abuser", [1, 9])
@pytest.mark.parametrize(("by", "paid"), [(guarded, {2}), (naively, {1, 2, 9})])
def test_only_a_newcomer_is_paid_for_and_the_naive_way_pays_for_both(
    town: Database, by: Callable[[Database, int, str], str], paid: set[int], abuser: int
) -> None:
    """Somebody new; and oneself, or somebody who followed long ago."""
    code = scene(town, 1)
    for who in (2, abuser):
        by(town, who, code)
        order(town, who)
    assert {number for _, number in told(town)} == {f"m{who}" for who in paid & {2, abuser}}


@pytest.mark.parametrize(("by", "paid"), [(guarded, ["m2"]), (naively, ["m1", "m2"])])
def test_a_ring_pays_once_and_the_naive_way_twice(
    town: Database, by: Callable[[Database, int, str], str], paid: list[str]
) -> None:
    for who, inviter in ((2, 1), (1, 2)):
        by(town, who, scene(town, inviter))
        order(town, who)
    assert [number for _, number in sorted(told(town), key=lambda one: one[1])] == paid


def test_newcomers_at_once_do_not_pass_the_cap_together(town: Database) -> None:
    code = scene(town, 1)
    together = threading.Barrier(6)
    found: list[str] = []

    def arrive(who: int) -> None:
        together.wait()
        found.append(come(town, who, code))

    threads = [threading.Thread(target=arrive, args=(who,)) for who in range(2, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["", "", "", "limit", "limit", "limit"]


def leave(database: Database, who: int, at: datetime) -> str:
    one = LeaveReferral(who, f"l{who}", at)
    return database.transact(lambda c: referrals.leave(c, [one], at))[0].reason


def test_who_leaves_within_the_hour_is_held_and_who_stays_longer_is_not(town: Database) -> None:
    code = scene(town, 1)
    come(town, 4, code, NOW - HOUR)
    for who in (2, 3):
        come(town, who, code)
    assert order(town, 2) == ""
    assert leave(town, 2, NOW + HOUR - timedelta(seconds=1)) == "held"
    assert leave(town, 3, NOW + timedelta(minutes=5)) == ""
    assert leave(town, 4, NOW) == "unknown"
    assert [order(town, who) for who in (3, 4)] == ["held", ""]
    assert told(town) == [(1, "m4")]


def test_who_ordered_before_a_crowd_was_complete_is_held_with_it(town: Database) -> None:
    code, crowded = scene(town, 1), replace(TERMS, crowd=Crowd(3, timedelta(minutes=10)))
    come(town, 2, code)
    assert order(town, 2) == ""
    rest = [NoteReferral(who, code, crowded, True, f"f{who}", NOW) for who in (3, 4)]
    town.transact(lambda c: referrals.note(c, rest, NOW))
    assert (state(town, 2), told(town)) == ("held", [])


@pytest.mark.parametrize("fact", ["phone", "address"])
def test_who_shares_the_inviter_s_own_phone_or_address_is_held(town: Database, fact: str) -> None:
    paid = Happened(1, "order.paid", NOW, "k", "webhook", 100, {fact: "same"})
    town.transact(lambda c: append(c, [paid], NOW))
    orders = []
    for who, value in ((2, "same"), (3, "other")):
        come(town, who, scene(town, 1))
        phone, address = (value if fact == name else "" for name in ("phone", "address"))
        orders.append(QualifyReferral(who, f"HT-{who}", "", f"q{who}", NOW, TERMS.crowd, phone, address))
    town.transact(lambda c: referrals.qualify(c, orders, NOW))
    assert (state(town, 2), state(town, 3)) == ("held", "qualified")


def waiting(database: Database) -> tuple[str, datetime | None]:
    found = select(ENROLLMENT.c.state, ENROLLMENT.c.due_at)
    (row,) = database.transact(lambda c: c.execute(found).all())
    return row.state, row.due_at


@pytest.mark.parametrize(("good", "after"), [(True, ("active", NOW + 168 * HOUR)), (False, ("exited", None))])
def test_a_released_reward_still_waits_out_the_time_for_refunds(
    town: Database, good: bool, after: tuple[str, datetime | None]
) -> None:
    come(town, 2, scene(town, 1))
    order(town, 2)
    run = {
        "id": "r1", "rule": "referral_reward", "member_id": 1, "key": "m2", "entered_at": NOW,
        "began_at": NOW, "due_at": NOW + 168 * HOUR, "state": "active", "version": "", "step": "cool_off",
        "waiting_for": "", "rounds": {}, "context": {}, "held_out": False, "arm": "", "reason": "",
    }  # fmt: skip
    town.transact(lambda c: c.execute(ENROLLMENT.insert(), run))
    assert leave(town, 2, NOW + timedelta(minutes=5)) == "held"
    assert waiting(town)[0] == "exited"
    later = NOW + 2 * HOUR
    assert town.transact(lambda c: referrals.settle(c, 2, good=good, now=later)) == "held"
    assert waiting(town) == after
