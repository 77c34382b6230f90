"""Who brought whom: each way to be paid for nobody new, and a chain that is right."""

from bot.domain.effects import RefundReferral
from storage import erasure, referrals
from storage.database import Database
from storage.events import Happened, append
from storage.reports import audited, koc
from tests.integration.play.referring import HOUR, NOW, come, member, order, scene, state, told


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
