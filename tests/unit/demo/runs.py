"""Runs of the demo made by hand: an honest one, and what breaks a promise in it or looks as if it did."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.evidence import Evidence
from bot.demo.promises import check
from bot.demo.reactions import Received
from bot.demo.terms import MARKETING, Cap, Sending, Terms, Wording
from storage.reports import Books, Delivery

NOON = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
OFFER = "新品到了 回复 TD 退订"
NOTICE = "新人券\n明天到期"  # marketing, though it has no word to refuse it by
THANKS = "谢谢光临"
WELCOME = "小明，欢迎"
TERMS = Terms(
    caps=(Cap(MARKETING, 1, timedelta(days=1)), Cap(MARKETING, 3, timedelta(days=7))),
    quiet=(time(21, 30), time(8, 30)),
    zone=ZoneInfo("Asia/Shanghai"),
    grants=frozenset({"订阅优惠"}),
    refuses=frozenset({"TD", "退订"}),
    sends=(
        Sending("offer", MARKETING, answers=False, wordings=(Wording.of("新品", "退订"), Wording.of(NOTICE))),
        Sending("thanks", "service", answers=False, wordings=(Wording.of(THANKS),)),
        Sending("hello", "service", answers=True, wordings=(Wording.of("", "，欢迎"),)),
    ),
)
BOOKS = Books({"shop": 3, "webhook": 1}, 0, {"sent": 2}, 0, 0, 0, 0, 1)
Breach = Callable[[Evidence], Evidence]


def said(text: str, days: float = 0.0, who: str = "m1") -> Act:
    return Act(NOON + timedelta(days=days), who, acts.SAY, {"text": text})


def got(days: float = 0.0, route: str = "customer_service", text: str = OFFER, who: str = "m1") -> Received:
    return Received(NOON + timedelta(days=days), who, f"o-{who}", route, "text", text)


def ours(push: Received, number: int = 1, *, known: bool = True) -> Delivery:
    address, text = (push.address, push.text) if known else ("", "")
    return Delivery(number, 1, address, push.route, text, push.at)


def honest() -> Evidence:
    first, second = got(0.1), got(3.0, route="mass")
    return Evidence(
        received=[first, second],
        done=[
            Act(NOON - timedelta(days=1), "m1", acts.FOLLOW),
            said("订阅优惠", -0.9),
            said("你好", 0.0),
        ],
        ours=[ours(first, 1), ours(second, 2)],
        books=BOOKS,
        tally=[
            {"to": "shop", "kind": "text", "accepted": True, "count": 3},
            {"to": "/v1/track", "kind": "webhook", "accepted": True, "count": 1},
        ],
        terms=TERMS,
    )


def with_pushes(evidence: Evidence, *more: Received) -> Evidence:
    """Return the run with more pushes that both sides agree about, so that no flag of ours betrays them."""
    return replace(
        evidence,
        received=[*evidence.received, *more],
        ours=[*evidence.ours, *(ours(push, number) for number, push in enumerate(more, start=9))],
    )


def doing(evidence: Evidence, *more: Act) -> Evidence:
    return replace(evidence, done=[*evidence.done, *more])


def broken(evidence: Evidence) -> set[str]:
    return {one.name for one in check(evidence) if not one.held}
