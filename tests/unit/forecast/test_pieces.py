"""A history cut into pieces, and what is drawn from them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.forecast.past import Deed, Past, Pushed, Record, Used
from scheduler.forecast.agenda import Agenda
from scheduler.forecast.behaviour import CLAIM, Habits
from scheduler.forecast.drawing import FOLDS, Cell, Draw, Shelf
from scheduler.forecast.outlook import interval
from scheduler.forecast.pieces import days, followed, louder_after, silence, spans_of
from scheduler.forecast.scores import cut_points, score

ZONE = ZoneInfo("Asia/Shanghai")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Midnight in Shanghai.
MONDAY = datetime(2026, 6, 1, tzinfo=ZONE)
END = MONDAY + 20 * DAY
HELLO, CLAIMED = Deed("member.message", "shop", "你好"), Deed("member.message", "shop", "生日礼")
FOLLOWED = Deed("member.followed", "shop")


def push(at: datetime, keyword: str = "") -> Pushed:
    return Pushed(at, "rule:winback", "offer", "marketing", offers=bool(keyword), keyword=keyword)


def past(*deeds: tuple[datetime, Deed], pushes: tuple[Pushed, ...] = (), number: int = 1) -> Past:
    return Past(number, MONDAY, arrived=True, deeds=deeds, stages=((MONDAY, "new"),), pushes=pushes)


def test_what_follows_a_push_within_a_day_belongs_to_it_and_what_it_answers_does_not() -> None:
    at = MONDAY + 5 * DAY
    deeds = ((MONDAY, FOLLOWED), (at, HELLO), (at + HOUR, HELLO), (at + 25 * HOUR, HELLO))
    one = past(*deeds, pushes=(push(at),))
    spans = spans_of(one, MONDAY)
    arrival, after = followed(one, spans, END)
    assert arrival.push is None
    assert [deed for _, deed in arrival.piece] == [FOLLOWED]
    assert (after.push, after.stage, after.lively) == (push(at), "new", True)
    assert after.piece == ((HOUR, HELLO),)
    quiet = list(days(one, spans, MONDAY, END, ZONE))
    # The day of the push is covered by it; what was done at its very moment counts among the other days.
    assert [place for place, day in enumerate(quiet, start=1) if day.piece] == [5, 6]
    assert [quiet[place].share for place in (3, 4, 5)] == [1, 0, 1]
    assert [quiet[place].silent for place in (0, 4, 18)] == [1, 0, 4]


def test_a_push_cuts_the_piece_before_it_short_and_one_that_history_did_not_see_to_its_end_is_none() -> None:
    first, second = MONDAY + 5 * DAY, MONDAY + 5 * DAY + 3 * HOUR
    one = past(
        (MONDAY, FOLLOWED), (second + HOUR, HELLO), pushes=(push(first), push(second), push(END - HOUR))
    )
    pieces = [each for each in followed(one, spans_of(one, MONDAY), END) if each.push is not None]
    assert [each.push for each in pieces] == [push(first), push(second)]
    assert [each.piece for each in pieces] == [(), ((HOUR, HELLO),)]


def test_silence_has_kinds_and_knows_when_it_becomes_another() -> None:
    assert [silence(each) for each in (0, 0.9, 1, 3, 6.5, 13, 29, 30, 400)] == [0, 0, 1, 2, 3, 4, 5, 6, 6]
    assert [louder_after(each) for each in (0, 1, 20, 31)] == [1, 2, 30, float("inf")]


def test_a_keyword_is_replayed_as_the_keyword_that_is_asked_for() -> None:
    at = MONDAY + 5 * DAY
    pasts = tuple(
        past((MONDAY, FOLLOWED), (at + HOUR, CLAIMED), pushes=(push(at, "生日礼"),), number=number)
        for number in range(FOLDS)
    )
    behaviour = Habits(Record(MONDAY, END, pasts, (2,)), ZONE).replicate(random.Random(1))
    other = Pushed(at, "rule:new", "one", "marketing", offers=True, keyword="新词")
    assert behaviour.after(other, "new", random.Random(1), lively=True) == (
        (HOUR, Deed("member.message", "shop", CLAIM)),
    )


def test_who_left_counts_as_having_left_and_a_coupon_is_used_as_others_were() -> None:
    left = tuple(Past(n, MONDAY, arrived=True, left_at=MONDAY + 2 * DAY) for n in range(FOLDS))
    chance = random.Random(1)
    behaviour = Habits(Record(MONDAY, END, left, (0,)), ZONE).replicate(chance)
    stays = [behaviour.leaves_after(timedelta(), chance) for _ in range(200)]
    assert sum(one is not None for one in stays) > 190
    assert behaviour.newcomers(chance) == []
    used = tuple(Past(n, MONDAY, arrived=True, used=(Used("new10", HOUR),)) for n in range(FOLDS))
    behaviour = Habits(Record(MONDAY, END, used, (0,)), ZONE).replicate(chance)
    assert behaviour.use("new10", chance) == Used("new10", HOUR)
    assert behaviour.use("another", chance) == Used("new10", HOUR)
    assert behaviour.use("new10", chance, 2 * HOUR) is None


def test_a_draw_waits_as_long_as_pieces_are_rare() -> None:
    cell: Cell[int] = Cell()
    for fold in range(FOLDS):
        cell.pieces[fold], cell.days[fold] = [fold], 10.0
    draw, chance = Draw(cell, [1] * FOLDS), random.Random(1)
    waits = [draw.wait(chance) for _ in range(20_000)]
    # One day in ten brings a piece: nine days go by before it, on average.
    assert sum(waits) / len(waits) == pytest.approx(9, rel=0.03)
    assert Draw(Cell[int](), [1] * FOLDS).wait(chance) == float("inf")


def test_the_narrowest_kind_that_is_known_well_enough_answers() -> None:
    shelf: Shelf[str] = Shelf()
    for place in range(9):
        shelf.keep(("narrow", "wide") if place < 3 else ("wide",), 0, "n" if place < 3 else "w")
    drawn = shelf.drawn([1] * FOLDS)
    narrow, wide = drawn.of("narrow"), drawn.of("wide")
    assert drawn.piece_of(("narrow", "wide")) is wide
    assert drawn.piece_of(("narrow",)) is narrow
    assert drawn.piece_of(("nothing",)) is None


@pytest.mark.parametrize("replicates", [19, 20, 40, 99])
def test_an_interval_covers_nine_in_ten_of_what_comes(replicates: int) -> None:
    chance = random.Random(replicates)
    inside = 0
    tries = 4000
    for _ in range(tries):
        low, high, covers = interval([chance.gauss(0, 1) for _ in range(replicates)])
        inside += low <= chance.gauss(0, 1) <= high
    assert covers >= 0.9
    assert inside / tries == pytest.approx(covers, abs=0.02)


def test_few_replicates_say_how_little_they_cover() -> None:
    assert interval([3.0])[2] == 0
    assert interval([1.0, 2.0])[2] == pytest.approx(1 / 3)


def test_fifths_are_dealt_as_the_database_deals_them() -> None:
    cuts = cut_points([float(each) for each in range(1, 8)])
    # NTILE(5) over seven rows: two, two, one, one, one.
    assert cuts == [3, 5, 6, 7]
    assert [score(each, cuts) for each in range(1, 8)] == [1, 1, 2, 2, 3, 4, 5]
    assert cut_points([]) == []


def test_the_agenda_keeps_time_and_order() -> None:
    chance = random.Random(1)
    agenda = Agenda(MONDAY, END)
    told: list[object] = []
    moments = [MONDAY + timedelta(minutes=chance.randrange(0, 30 * 24 * 60)) for _ in range(500)]
    for at in moments:
        agenda.put(at, told.append, at)
    agenda.put(moments[0], told.append, "late", late=True)
    agenda.put(moments[0], told.append, "early")
    seen = []
    while (upcoming := agenda.take()) is not None:
        at, _, (what,) = upcoming
        seen.append(at)
        told.append(what)
    assert seen == sorted(seen)
    assert all(at < END for at in seen)
    if moments[0] < END:
        assert told.index("early") < told.index("late")
