"""Sparing the work that a repeated event cannot change never changes the outcome."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.events import InboundEvent
from bot.domain.folding import fold
from bot.domain.lifecycle.decide import decide, review
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.lifecycle.steady import repeat_window, repeats
from bot.domain.members import Member
from tests.unit.lifecycle.community import NOW, book_of

RULES = """
rules:
  lead: {entry: {segment: lead}, steps: [{wait: 1d}]}
  back:
    entry: {stage: dormant}
    exit_on: [{in: active}]
    reentry: {mode: after_exit, cooldown: 1d}
    steps: [{wait: 90d}]
  often: {entry: {segment: mothers}, exit_on: [{segment_left: active}], steps: [{wait: 9d}]}
"""
BOOK = book_of(RULES)
KINDS = ("member.message", "order.paid", "complaint.opened", "member.scanned", "tag.added")
GAPS = (0, 1, 60, 3600, 86_400, 14 * 86_400, 29 * 86_400, 30 * 86_400, 31 * 86_400)
LIVES = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(GAPS)), min_size=1, max_size=25)


def lived(book: Rulebook, life: list[tuple[str, int]]) -> list[tuple[bool, bool]]:
    """Live through events; return for each whether it was steady and whether both ways agreed."""
    now, member, seen = NOW, Member(1, NOW), []
    for index, (kind, gap) in enumerate(life):
        now += timedelta(seconds=gap)
        for effect in review(book, member, now):
            member = fold(member, effect)
        event = InboundEvent(f"k{index}", "shop", kind, now, "shop:o1")
        member = member.did(kind, now)
        steady = repeats(member, book.repeat_window(kind), now)
        full = decide(book, event, member, now)
        seen.append((steady, full == decide(book, event, member, now, untouched=True)))
        for effect in full:
            member = fold(member, effect)
    return seen


@settings(max_examples=300)
@given(LIVES)
def test_a_steady_event_decides_the_same_as_a_full_look(life: list[tuple[str, int]]) -> None:
    assert all(same for _, same in lived(BOOK, life))


def test_a_member_who_keeps_talking_is_steady() -> None:
    assert [steady for steady, _ in lived(BOOK, [("member.message", 60)] * 4)] == [False, True, True, True]


def test_a_counted_kind_is_never_steady() -> None:
    counted = book_of(
        "rules: {}", 'stages: {loyal: {did: order.paid, count: ">=3", within: 180d}, new: {}}\n'
    )
    assert repeat_window(counted.standing_conditions, "order.paid") is None
    assert not any(steady for steady, _ in lived(counted, [("order.paid", 60)] * 5))


def test_taking_every_event_for_steady_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.domain.lifecycle.decide.repeats", lambda *_: True)
    life = [("member.message", 0), ("order.paid", 60), ("complaint.opened", 60)]
    assert not all(same for _, same in lived(BOOK, life))
