"""A policy, a member and a message that passes every gate; tests change one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.domain.delivery.policy import (
    CapRule,
    ConsentRule,
    DeliveryPolicy,
    Fairness,
    GlobalHoldout,
    QuietHours,
)
from bot.domain.delivery.routes import RouteRule, WindowRule
from bot.domain.delivery.world import Allowance, Ledger, MemberFacts, World
from bot.domain.outbox import CouponOrder, OutboxMessage

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
    return replace(plain, **changes)  # type: ignore[arg-type]  # any field of a message
