"""Each gate stops what it must, in the promised order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.delivery.gates import GATES, check, for_reply, held_out, refuses
from bot.domain.delivery.policy import (
    CapRule,
    ConsentRule,
    DeliveryPolicy,
    Fairness,
    GlobalHoldout,
    ProgramGate,
    QuietHours,
)
from bot.domain.delivery.routes import RouteRule, WindowRule
from bot.domain.delivery.verdict import Drop, Hold, Pass
from bot.domain.delivery.world import Allowance, Counted, Ledger, MemberFacts, Standing, World
from bot.domain.outbox import CouponOrder, OutboxMessage, OutboxState, Unreachable

NOW = datetime(2026, 11, 14, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
DAY = timedelta(days=1)
ROUTES = {
    "reply": RouteRule("reply", "reply", "shop"),
    "customer_service": RouteRule(
        "customer_service", "customer_service", "shop", (WindowRule("member.message", 5, 2 * DAY),)
    ),
    "template_message": RouteRule(
        "template_message", "template_message", "shop", key="client_msg_id", key_lasts=timedelta(minutes=10)
    ),
}
POLICY = DeliveryPolicy(
    ROUTES,
    consent={
        "marketing": ConsentRule("marketing", "opt_in"),
        "personalised": ConsentRule("personalised", "opt_in", fallback="generic"),
        "service": ConsentRule("service", "contract"),
    },
    caps=(CapRule("marketing", 1, DAY), CapRule("marketing", 3, 7 * DAY)),
    quiet=QuietHours(time(21, 30), time(8, 30)),
    holdout=GlobalHoldout(0.0, "salt"),
    fairness=Fairness(frozenset({"device_model"}), frozenset({"birthday"})),
)
OPEN = Ledger(allowances={("customer_service", ""): Allowance(5, NOW + DAY)})
MEMBER = MemberFacts(7, addresses={"shop": "o7"}, consents={"marketing": True, "personalised": True})
WORLD = World(MEMBER, OPEN)
NOON = NOW - timedelta(hours=11)


def message(**changes: object) -> OutboxMessage:
    plain = OutboxMessage(
        "k", 7, "gift", "marketing", ("customer_service",), NOON, NOON, NOW + 3 * DAY, rule="r",
        coupon=CouponOrder("back15", "birthday"),
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


GRANTED = {"marketing": True}
RIVAL = (Counted("marketing", NOW, "x", rival=True),)
# Everything that can stop a message at once; taking the causes away one by one shows the order.
WORST_STANDING = Standing(
    run_alive=False, exited=True, passes=False, when=False, coupon_refusal="sold_out", rate_at=NOW + DAY
)
Cure = Callable[[World, DeliveryPolicy, OutboxMessage], tuple[World, DeliveryPolicy, OutboxMessage]]
LADDER: list[tuple[str, Cure]] = [
    ("run_ended", lambda w, p, m: (replace(w, standing=replace(w.standing, run_alive=True)), p, m)),
    ("exited", lambda w, p, m: (replace(w, standing=replace(w.standing, exited=False)), p, m)),
    ("consent_withdrawn", lambda w, p, m: (replace(w, member=replace(w.member, consents={})), p, m)),
    ("no_consent", lambda w, p, m: (replace(w, member=replace(w.member, consents=GRANTED)), p, m)),
    ("suppressed", lambda w, p, m: (replace(w, member=replace(w.member, suppressed={})), p, m)),
    ("holdout", lambda w, p, m: (w, replace(p, holdout=GlobalHoldout(0, "s")), m)),
    ("filtered", lambda w, p, m: (replace(w, standing=replace(w.standing, passes=True)), p, m)),
    ("when_false", lambda w, p, m: (replace(w, standing=replace(w.standing, when=True)), p, m)),
    ("unfair_basis", lambda w, p, m: (w, p, replace(m, coupon=CouponOrder("back15", "birthday")))),
    ("unfair_fact", lambda w, p, m: (w, p, replace(m, context={}))),
    ("expired", lambda w, p, m: (w, p, replace(m, expires_at=NOW + 9 * DAY))),
    ("quiet_hours", lambda w, p, m: (w, replace(p, quiet=None), m)),
    ("cap", lambda w, p, m: (replace(w, ledger=replace(w.ledger, counted=RIVAL)), p, m)),
    ("priority", lambda w, p, m: (replace(w, ledger=replace(w.ledger, counted=())), p, m)),
    ("coupon_sold_out", lambda w, p, m: (replace(w, standing=replace(w.standing, coupon_refusal="")), p, m)),
    ("no_window", lambda w, p, m: (replace(w, ledger=OPEN), p, m)),
    ("rate", lambda w, p, m: (replace(w, standing=replace(w.standing, rate_at=None)), p, m)),
]  # fmt: skip


def test_the_gates_stop_a_message_in_the_promised_order() -> None:
    world = World(
        replace(MEMBER, consents={"marketing": False}, suppressed={"marketing": NOW + DAY}),
        Ledger(counted=(Counted("marketing", NOW - timedelta(hours=1)),)),
        WORST_STANDING,
    )
    policy = replace(POLICY, holdout=GlobalHoldout(100, "s"))
    one = message(coupon=CouponOrder("back15", "none"), context={"device_model": "x"}, expires_at=NOW)
    seen = []
    for _, cure in LADDER:
        verdict = check(one, world, policy, NOW)
        assert not isinstance(verdict, Pass)
        seen.append(verdict.reason)
        world, policy, one = cure(world, policy, one)
    assert seen == [reason for reason, _ in LADDER]
    assert check(one, world, policy, NOW) == Pass("customer_service", ("customer_service", ""), False)


def test_there_are_twelve_gates_before_the_route() -> None:
    assert [gate.__name__ for gate in GATES] == [
        "_alive", "_exit", "_consent", "_suppression", "_holdout", "_filter", "_fairness", "_expiry",
        "_quiet", "_caps", "_priority", "_coupon",
    ]  # fmt: skip


def test_an_answer_is_exempt_from_quiet_hours_and_caps_only() -> None:
    world = World(MEMBER, replace(OPEN, counted=(Counted("marketing", NOW),)))
    assert isinstance(check(message(), world, POLICY, NOW), Hold)
    assert isinstance(check(message(is_answer=True), world, POLICY, NOW), Pass)
    refused = replace(world, member=replace(MEMBER, consents={"marketing": False}))
    assert check(message(is_answer=True), refused, POLICY, NOW) == Drop("consent_withdrawn")


@pytest.mark.parametrize(
    ("zone", "hour", "quiet"),
    [(None, 15, True), ("Asia/Shanghai", 15, True), ("Europe/Berlin", 15, False), ("nowhere", 15, True)],
)
def test_quiet_hours_are_those_of_the_member(zone: str | None, hour: int, quiet: bool) -> None:
    world = replace(WORLD, member=replace(MEMBER, zone=zone))
    now = NOW.replace(hour=hour)
    assert isinstance(check(message(), world, POLICY, now), Hold) is quiet


def test_a_message_held_by_night_leaves_in_the_morning() -> None:
    verdict = check(message(), WORLD, POLICY, NOW)
    assert verdict == Hold("quiet_hours", datetime(2026, 11, 15, 0, 30, tzinfo=UTC))
    soon = message(expires_at=NOW + timedelta(hours=1))
    assert check(soon, WORLD, POLICY, NOW) == Hold("quiet_hours", NOW + timedelta(hours=1))
    assert check(soon, WORLD, POLICY, soon.expires_at) == Drop("expired", OutboxState.EXPIRED)


def test_following_is_not_consent_to_marketing() -> None:
    stranger = replace(WORLD, member=replace(MEMBER, consents={}))
    for policy in (POLICY, replace(POLICY, consent={})):
        assert check(message(), stranger, policy, NOON) == Drop("no_consent")
        assert isinstance(check(message(purpose="service"), stranger, policy, NOON), Pass)


def test_who_did_not_agree_to_personal_text_gets_the_text_for_everybody() -> None:
    shy = replace(WORLD, member=replace(MEMBER, consents={"marketing": True}))
    verdict = check(message(), shy, POLICY, NOON)
    assert isinstance(verdict, Pass)
    assert not verdict.personalised
    strict = replace(
        POLICY, consent={**POLICY.consent, "personalised": ConsentRule("personalised", "opt_in")}
    )
    assert check(message(), shy, strict, NOON) == Drop("no_consent")
    refusing = replace(WORLD, member=replace(MEMBER, consents={"personalised": False}))
    service = check(message(purpose="service"), refusing, POLICY, NOON)
    assert isinstance(service, Pass)
    assert not service.personalised


def test_the_holdout_takes_its_share_is_stable_and_spares_service() -> None:
    holdout = GlobalHoldout(5, "2026H2")
    chosen = [one for one in range(20_000) if held_out(holdout, one)]
    assert 900 < len(chosen) < 1100
    assert chosen == [one for one in range(20_000) if held_out(holdout, one)]
    other = {one for one in range(20_000) if held_out(GlobalHoldout(5, "2027H1"), one)}
    assert len(other & set(chosen)) < 100
    assert not any(held_out(GlobalHoldout(0, "s"), one) for one in range(2000))
    assert all(held_out(GlobalHoldout(100, "s"), one) for one in range(2000))
    world = World(replace(MEMBER, id=chosen[0]), OPEN)
    policy = replace(POLICY, holdout=holdout)
    assert check(message(member_id=chosen[0]), world, policy, NOON) == Drop("holdout")
    assert isinstance(check(message(member_id=chosen[0], purpose="service"), world, policy, NOON), Pass)


def test_an_offer_may_not_depend_on_a_forbidden_fact_its_rule_reads() -> None:
    policy = replace(POLICY, programs={"rule:r": ProgramGate(reads=frozenset({"device_model"}))})
    assert check(message(), WORLD, policy, NOON) == Drop("unfair_fact")
    assert isinstance(check(message(coupon=None), WORLD, policy, NOON), Pass)


def test_a_template_message_never_carries_marketing() -> None:
    one = message(via=("template_message",), coupon=None)
    assert check(one, WORLD, POLICY, NOON) == Drop("no_route")
    assert isinstance(check(replace(one, purpose="service"), WORLD, POLICY, NOON), Pass)


@pytest.mark.parametrize("unreachable", list(Unreachable))
def test_a_shut_door_is_skipped_waited_for_or_handed_to_a_person(unreachable: Unreachable) -> None:
    shut = World(MEMBER)
    one = message(unreachable=unreachable)
    expected = {
        Unreachable.SKIP: Drop("no_window"),
        Unreachable.WAIT: Hold("no_window", one.expires_at, waiting=True),
        Unreachable.HANDOFF: Drop("no_window", handoff=True),
    }
    assert check(one, shut, POLICY, NOON) == expected[unreachable]


def test_a_reply_passes_the_same_gates_but_needs_no_window() -> None:
    one = message(via=("reply", "customer_service"), is_answer=True)
    assert for_reply(one, World(MEMBER), POLICY, NOW) == Pass("reply", None, True)
    assert for_reply(message(), World(MEMBER), POLICY, NOON) == Drop("no_route")
    silent = replace(MEMBER, suppressed={"marketing": NOW + DAY})
    assert for_reply(one, World(silent), POLICY, NOW) == Drop("suppressed")
    assert refuses("marketing", silent, POLICY, NOW) == Drop("suppressed")
    assert refuses("service", silent, POLICY, NOW) is None
