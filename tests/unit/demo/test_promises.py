"""Each promise holds for an honest run, and each kind of breach breaks exactly its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.evidence import Evidence
from bot.demo.promises import check
from bot.demo.reactions import Received
from storage.reports import Books, Delivery

NOON = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
OFFER = "新品到了 回复 TD 退订"
BOOKS = Books({"shop": 3, "webhook": 1}, 0, {"sent": 2}, 0, 0, 0, 0)
Breach = Callable[[Evidence], Evidence]


def _said(text: str, days: float = 0.0, who: str = "m1") -> Act:
    return Act(NOON + timedelta(days=days), who, acts.SAY, {"text": text})


def _got(days: float = 0.0, route: str = "customer_service", text: str = OFFER, who: str = "m1") -> Received:
    return Received(NOON + timedelta(days=days), who, f"o-{who}", route, "text", text)


def _ours(got: Received, number: int = 1, *, is_answer: bool = False, known: bool = True) -> Delivery:
    address, text = (got.address, got.text) if known else ("", "")
    return Delivery(number, 1, address, got.route, text, got.at, got.at, "marketing", is_answer)


def _honest() -> Evidence:
    first, second = _got(0.1), _got(3.0, route="mass")
    return Evidence(
        received=[first, second],
        done=[
            Act(NOON - timedelta(days=1), "m1", acts.FOLLOW),
            _said("订阅优惠", -0.9),
            _said("你好", 0.0),
        ],
        ours=[_ours(first, 1), _ours(second, 2)],
        books=BOOKS,
        tally=[
            {"to": "shop", "kind": "text", "accepted": True, "count": 3},
            {"to": "/v1/track", "kind": "webhook", "accepted": True, "count": 1},
        ],
        caps=((1, timedelta(days=1)), (3, timedelta(days=7))),
        quiet=(time(21, 30), time(8, 30)),
    )


def _with(evidence: Evidence, got: Received, *, is_answer: bool = False) -> Evidence:
    """Return the run with one more push that both sides agree about."""
    return replace(
        evidence,
        received=[*evidence.received, got],
        ours=[*evidence.ours, _ours(got, 9, is_answer=is_answer)],
    )


def _broken(evidence: Evidence) -> set[str]:
    return {one.name for one in check(evidence) if not one.held}


def test_an_honest_run_keeps_every_promise() -> None:
    assert _broken(_honest()) == set()


BREACHES: dict[str, tuple[str, Breach]] = {
    "the platform saw a message twice": (
        "duplicates",
        lambda run: replace(run, received=[*run.received, run.received[1]], caps=()),
    ),
    "a message recorded as sent never arrived": (
        "lost",
        lambda run: replace(run, received=run.received[:1]),
    ),
    "a callback was answered and not stored": (
        "lost",
        lambda run: replace(run, books=replace(BOOKS, accepted={"shop": 2, "webhook": 1})),
    ),
    "a webhook was refused": (
        "lost",
        lambda run: replace(
            run, tally=[*run.tally, {"to": "/v1/track", "kind": "webhook", "accepted": False, "count": 1}]
        ),
    ),
    "a message waits past its time": ("lost", lambda run: replace(run, books=replace(BOOKS, overdue=1))),
    "an event lies in quarantine": ("lost", lambda run: replace(run, books=replace(BOOKS, quarantined=1))),
    "nobody knows what became of a send": ("lost", lambda run: replace(run, books=replace(BOOKS, unknown=1))),
    "a text could not be worded": ("lost", lambda run: replace(run, books=replace(BOOKS, unsayable=1))),
    "the window was closed": ("windows", lambda run: _with(run, _got(2.1, text="谢谢光临"))),
    "it was night": ("night", lambda run: _with(run, _got(8.5, route="mass", text="夜里好"))),
    "two offers in one day": ("caps", lambda run: _with(run, _got(3.2, route="mass"))),
    "the member had said no": (
        "consent",
        lambda run: replace(run, done=[*run.done, _said("TD", 1.0)]),
    ),
    "the member had left": (
        "consent",
        lambda run: replace(run, done=[*run.done, Act(NOON + timedelta(days=1), "m1", acts.UNFOLLOW)]),
    ),
    "more coupons than stock": ("coupons", lambda run: replace(run, books=replace(BOOKS, over_issued=1))),
    "the platform saw a rule broken": (
        "violations",
        lambda run: replace(
            run, violations=[{"at": NOON.isoformat(), "rule": "window_closed", "detail": "45015"}]
        ),
    ),
}


@pytest.mark.parametrize("case", BREACHES)
def test_a_breach_breaks_its_own_promise_and_no_other(case: str) -> None:
    name, breach = BREACHES[case]
    assert _broken(breach(_honest())) == {name}


def test_an_answer_may_come_at_night_and_only_an_answer() -> None:
    at_night = _got(0.4, text="欢迎")  # 21:36 in Shanghai, within the window of 你好
    assert "night" not in _broken(_with(_honest(), at_night, is_answer=True))
    assert "night" in _broken(_with(_honest(), at_night, is_answer=False))


def test_a_message_of_a_forgotten_member_is_matched_by_its_door_and_moment() -> None:
    run = _honest()
    forgotten = replace(run, ours=[_ours(one, 1, known=False) for one in run.received])
    assert _broken(forgotten) == set()
    assert _broken(replace(forgotten, received=run.received[:1])) == {"lost"}
    moved = replace(run.received[1], at=run.received[1].at + timedelta(hours=1))
    assert {"duplicates", "lost"} <= _broken(replace(forgotten, received=[run.received[0], moved]))


def test_leaving_in_the_very_moment_of_a_send_breaks_nothing() -> None:
    run = _honest()
    at_once = Act(run.received[1].at, "m1", acts.UNFOLLOW)
    assert _broken(replace(run, done=[*run.done, at_once])) == set()


def test_saying_no_counts_at_once_when_its_answer_came_before_the_send() -> None:
    run = _honest()
    no = Act(run.received[1].at, "m1", acts.SAY, {"text": "TD"})
    answer = replace(run.received[1], route="reply", text="已退订")
    heard = replace(run, done=[*run.done, no], received=[run.received[0], answer, run.received[1]])
    assert _broken(heard) == {"consent"}


def test_promises_about_nothing_are_not_held() -> None:
    assert "windows" in _broken(replace(_honest(), received=[], ours=[]))
