"""Who brought whom: each way to be paid for nobody new, and a chain that is right."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.activities import Referral
from bot.domain.activities.terms import Crowd
from bot.domain.coupons import MemberLimit
from bot.domain.effects import Invite, LeaveReferral, NoteReferral, QualifyReferral, RefundReferral
from storage import erasure, invitations, referrals
from storage.announcements import ANNOUNCEMENT
from storage.database import Connection, Database
from storage.dialect import insert_new
from storage.events import Happened, append
from storage.invitations import INVITATION, REFERRAL
from storage.reports import audited, koc
from storage.rewards import ENROLLMENT
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
MEMBER, IDENTITY = table(MemberRow), table(IdentityRow)
TERMS = Referral("referral", MemberLimit(3, 24 * HOUR), crowd=Crowd(3))


def member(database: Database, number: int, address: str = "") -> None:
    row = {
        "id": number, "known_since": NOW, "stage": "", "attributes": {}, "provenance": {},
        "unfollowed": False,
    }  # fmt: skip
    tie = {
        "known_as": f"shop:{address or f'o{number}'}", "member_id": number, "account": "shop",
        "following": True, "since": NOW, "source": "", "cipher": None,
    }  # fmt: skip
    database.transact(lambda c: insert_new(c, MEMBER, [row], ["id"]))
    database.transact(lambda c: insert_new(c, IDENTITY, [tie], ["known_as"]))


def scene(database: Database, who: int) -> str:
    def work(c: Connection) -> str:
        invitations.invite(c, [Invite(who, "shop", "k", NOW)], NOW)
        return str(c.execute(select(INVITATION.c.scene).where(INVITATION.c.member_id == who)).scalar_one())

    return database.transact(work)


def come(database: Database, who: int, code: str, at: datetime = NOW, *, first: bool = True) -> str:
    one = NoteReferral(who, code, TERMS, first, f"f{who}", at)
    return database.transact(lambda c: referrals.note(c, [one], at))[0].reason


def order(database: Database, who: int, payer: str = "", at: datetime = NOW, **facts: str) -> str:
    one = QualifyReferral(who, f"HT-{who}", payer, f"q{who}", at, TERMS.crowd, **facts)
    return database.transact(lambda c: referrals.qualify(c, [one], at))[0].reason


def state(database: Database, who: int) -> str | None:
    found = select(REFERRAL.c.state).where(REFERRAL.c.member_id == who)
    return database.transact(lambda c: c.execute(found).scalar())


def told(database: Database) -> list[tuple[int, str]]:
    rows = select(ANNOUNCEMENT.c.member_id, ANNOUNCEMENT.c.properties).order_by(ANNOUNCEMENT.c.key)
    return [
        (who, str(about["invitee_id"])) for who, about in database.transact(lambda c: c.execute(rows).all())
    ]


@pytest.fixture
def town(database: Database) -> Database:
    for number in range(1, 10):
        member(database, number)
    return database


def test_a_newcomer_s_first_order_counts_once_for_who_brought_them(town: Database) -> None:
    code = scene(town, 1)
    assert scene(town, 1) == code
    assert come(town, 2, code) == ""
    assert order(town, 2) == ""
    assert order(town, 2) == "unknown"
    assert told(town) == [(1, "m2")]
    assert state(town, 2) == "qualified"
    assert town.transact(audited).wrong == ()


def test_nobody_brings_themselves_or_who_was_here_before(town: Database) -> None:
    assert come(town, 1, scene(town, 1)) == "self"
    assert come(town, 2, scene(town, 1), first=False) == "known"
    assert come(town, 2, "ref_nobody") == "unknown"
    assert told(town) == []


def test_one_inviter_is_for_ever(town: Database) -> None:
    assert come(town, 3, scene(town, 1)) == ""
    assert come(town, 3, scene(town, 2)) == "again"


def test_who_left_and_was_forgotten_is_no_newcomer(town: Database) -> None:
    town.transact(lambda c: erasure.unfollowed(c, 2, "shop", NOW))
    member(town, 20, address="o2")
    assert come(town, 20, scene(town, 1)) == "known"


def test_rings_of_two_and_three_pay_nobody(town: Database) -> None:
    assert come(town, 2, scene(town, 1)) == ""
    assert come(town, 1, scene(town, 2)) == "ring"
    assert come(town, 3, scene(town, 2)) == ""
    assert come(town, 1, scene(town, 3)) == "ring"


def test_an_inviter_has_a_cap(town: Database) -> None:
    code = scene(town, 1)
    assert [come(town, who, code) for who in (2, 3, 4, 5)] == ["", "", "", "limit"]
    assert come(town, 5, code, NOW + 24 * HOUR) == ""


def test_a_crowd_within_minutes_is_held_and_an_operator_settles_it(
    town: Database,
) -> None:
    code = scene(town, 1)
    assert [come(town, who, code) for who in (2, 3, 4)] == ["", "", ""]
    assert [order(town, who) for who in (2, 3)] == ["held", "held"]
    assert told(town) == []
    assert town.transact(lambda c: referrals.settle(c, 2, good=True, now=NOW)) == "held"
    assert town.transact(lambda c: referrals.settle(c, 3, good=False, now=NOW)) == "held"
    assert town.transact(lambda c: referrals.settle(c, 3, good=True, now=NOW)) == "refused"
    assert told(town) == [(1, "m2")]


def test_who_pays_with_the_inviter_s_own_account_is_held(town: Database) -> None:
    paid = Happened(1, "order.paid", NOW, "k", "webhook", 100, {"payer_id": "p9"})
    town.transact(lambda c: append(c, [paid], NOW))
    come(town, 2, scene(town, 1))
    assert order(town, 2, payer="p9") == "held"
    come(town, 3, scene(town, 1))
    assert order(town, 3, payer="p8") == ""
    assert told(town) == [(1, "m3")]


def test_an_order_paid_back_takes_the_count_back(town: Database) -> None:
    come(town, 2, scene(town, 1))
    order(town, 2)
    other = RefundReferral(2, "HT-9", "k", NOW)
    assert town.transact(lambda c: referrals.refund(c, [other], NOW))[0].reason == "unknown"
    one = RefundReferral(2, "HT-2", "k", NOW)
    assert town.transact(lambda c: referrals.refund(c, [one], NOW))[0].reason == ""
    assert state(town, 2) == "clawed_back"


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


def test_those_whom_others_listen_to_are_ranked(town: Database) -> None:
    for who, inviter in ((2, 1), (3, 1), (5, 4)):
        come(town, who, scene(town, inviter))
        order(town, who)
    spent = [Happened(2, "order.paid", NOW, "a", "w", 500), Happened(5, "order.paid", NOW, "b", "w", 900)]
    town.transact(lambda c: append(c, [*spent, Happened(1, "member.message", NOW, "c", "shop")], NOW))
    found = town.transact(lambda c: koc.ranking(c, NOW, 10))
    assert [(one.member_id, one.content, one.referral, one.influence, one.index) for one in found] == [
        (1, 100, 100, 50, 83), (4, 50, 50, 100, 67),
    ]  # fmt: skip
