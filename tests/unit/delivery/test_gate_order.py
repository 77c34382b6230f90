"""The gates stop a message in the promised order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.domain.delivery.gates import GATES, check
from bot.domain.delivery.policy import (
    DeliveryPolicy,
    GlobalHoldout,
)
from bot.domain.delivery.verdict import Drop, Hold, Pass
from bot.domain.delivery.world import Counted, Ledger, Standing, World
from bot.domain.outbox import CouponOrder, OutboxMessage
from tests.unit.delivery.shop import DAY, MEMBER, NOW, OPEN, POLICY, message

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
