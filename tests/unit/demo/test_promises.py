"""Each promise holds for an honest run, and each kind of breach breaks exactly its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.demo import acts
from bot.demo.acts import Act
from tests.unit.demo.runs import (
    BOOKS,
    NOON,
    TERMS,
    THANKS,
    Breach,
    broken,
    doing,
    got,
    honest,
    ours,
    said,
    with_pushes,
)


def test_an_honest_run_keeps_every_promise() -> None:
    assert broken(honest()) == set()


BREACHES: dict[str, tuple[str, Breach]] = {
    "the platform saw a message twice": (
        "duplicates",
        lambda run: replace(
            run, received=[*run.received, run.received[1]], terms=replace(TERMS, caps=TERMS.caps[1:])
        ),
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
    "the window was closed": ("windows", lambda run: with_pushes(run, got(2.1, text=THANKS))),
    "it was night": ("night", lambda run: with_pushes(run, got(8.5, route="mass"))),
    "two offers in one day": ("caps", lambda run: with_pushes(run, got(3.2, route="mass"))),
    "the member had said no": (
        "consent",
        lambda run: doing(run, said("TD", 1.0)),
    ),
    "the member had left": (
        "consent",
        lambda run: doing(run, Act(NOON + timedelta(days=1), "m1", acts.UNFOLLOW)),
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
    assert broken(breach(honest())) == {name}


def test_a_message_of_a_forgotten_member_is_matched_by_its_door_and_moment() -> None:
    run = honest()
    forgotten = replace(run, ours=[ours(one, 1, known=False) for one in run.received])
    assert broken(forgotten) == set()
    assert broken(replace(forgotten, received=run.received[:1])) == {"lost"}
    moved = replace(run.received[1], at=run.received[1].at + timedelta(hours=1))
    assert {"duplicates", "lost"} <= broken(replace(forgotten, received=[run.received[0], moved]))


def test_leaving_in_the_very_moment_of_a_send_breaks_nothing() -> None:
    run = honest()
    at_once = Act(run.received[1].at, "m1", acts.UNFOLLOW)
    assert broken(doing(run, at_once)) == set()


def test_saying_no_counts_at_once_when_its_answer_came_before_the_send() -> None:
    run = honest()
    no = Act(run.received[1].at, "m1", acts.SAY, {"text": "TD"})
    answer = replace(run.received[1], route="reply", text="已退订")
    heard = replace(run, done=[*run.done, no], received=[run.received[0], answer, run.received[1]])
    assert broken(heard) == {"consent"}


def test_promises_about_nothing_are_not_held() -> None:
    assert "windows" in broken(replace(honest(), received=[], ours=[]))
