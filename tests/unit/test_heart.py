"""The heart looks once for all passes, runs those that have anything to do, and says when there is more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.domain.errors import StorageUnavailable
from bot.heart import Heart, Pass, Seen, Work
from tests.fakes import ManualClock

HOUR = timedelta(hours=1)


@dataclass
class Day:
    """What is due by name, and what was done about it, in order."""

    clock: ManualClock
    due: dict[str, list[datetime]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    looks: int = 0
    causes: dict[str, str] = field(default_factory=dict)
    lost: bool = False

    def heart(self, *names: str, besides: Sequence[Pass] = ()) -> Heart:
        return Heart(self.clock, Work([self._pass(name) for name in names], self._look(names), besides))

    def _look(self, names: Sequence[str]) -> Callable[[datetime], Awaitable[list[Seen]]]:
        async def look(now: datetime) -> list[Seen]:
            self.looks += 1
            if self.lost:
                raise StorageUnavailable("gone")
            return [Seen.at(min(self.due.get(name, []), default=None), now) for name in names]

        return look

    def _pass(self, name: str) -> Pass:
        async def work(now: datetime) -> int:
            self.done.append(name)
            mine = [at for at in self.due.get(name, []) if at <= now]
            self.due[name] = [at for at in self.due.get(name, []) if at > now]
            if mine and name in self.causes:
                self.due.setdefault(self.causes[name], []).append(now)
            return len(mine)

        return work


@pytest.fixture
def day(manual_clock: ManualClock) -> Day:
    return Day(manual_clock)


async def test_a_beat_that_finds_nothing_is_one_look_and_no_pass(day: Day) -> None:
    day.due = {"rules": [day.clock.now() + HOUR], "push": []}
    heart = day.heart("rules", "push")
    assert await heart.beat() == 0
    assert (day.looks, day.done) == (1, [])
    assert heart.pulse.beats == 1


async def test_only_what_is_due_runs_and_what_comes_behind_it(day: Day) -> None:
    now = day.clock.now()
    day.due = {"news": [now + HOUR], "rules": [now], "push": []}
    day.causes = {"rules": "push"}
    heart = day.heart("news", "rules", "push")
    assert await heart.beat() == 2
    # The push that the rules made leaves in the same round; the look after it ends the beat.
    assert day.done == ["rules", "push"]
    assert day.looks == 2


async def test_what_a_later_pass_makes_for_an_earlier_one_is_done_in_the_next_round(day: Day) -> None:
    day.due = {"rules": [], "push": [day.clock.now()]}
    day.causes = {"push": "rules"}
    assert await day.heart("rules", "push").beat() == 2
    assert day.done == ["push", "rules", "push"]


async def test_settling_says_when_there_is_more(day: Day) -> None:
    later = day.clock.now() + HOUR
    day.due = {"rules": [day.clock.now(), later], "push": [later + HOUR]}
    assert await day.heart("rules", "push").settle() == later
    day.due = {}
    assert await day.heart("rules", "push").settle() is None


async def test_a_commit_while_it_settles_is_looked_at_before_time_may_go_on(day: Day) -> None:
    heart = day.heart("rules")
    asked = 0

    async def besides(_now: datetime) -> int:
        nonlocal asked
        asked += 1
        if asked == 1:
            # A callback commits after the look of this very round.
            day.due["rules"] = [day.clock.now()]
            heart.stir()
        return 0

    heart.follow(Work([day._pass("rules")], day._look(["rules"]), [besides]))
    assert await heart.settle() is None
    assert day.done == ["rules"]


async def test_a_lost_database_ends_the_beat_quietly_and_promises_nothing(day: Day) -> None:
    day.due = {"rules": [day.clock.now() + HOUR]}
    heart = day.heart("rules")
    assert await heart.settle() is not None
    day.lost = True
    assert await heart.settle() is None
    assert heart.pulse.broken == 1


async def test_what_has_a_mind_of_its_own_is_asked_every_round_and_stops_no_clock(day: Day) -> None:
    asked: list[datetime] = []

    async def watch(now: datetime) -> int:
        asked.append(now)
        return 0

    heart = day.heart("rules", besides=[watch])
    assert await heart.settle() is None
    assert len(asked) == 1
