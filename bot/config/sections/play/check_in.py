"""打卡."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.config.sections.base import Section
from bot.config.sections.fields import Duration, Natural, Words
from bot.config.sections.play.times import ActivitySection, begins, ends
from bot.domain.activities import CheckIn, MakeUp, Streak

Places = Annotated[int, Field(ge=1, le=10**6)]
WORDS = ("签到", "打卡", "check_in")
MAKE_UP_WORDS = ("补签",)


class StreakSection(Section):
    """One entry of `activities.check_in.streaks`."""

    days: Places
    points: Places


class MakeUpSection(Section):
    """`activities.check_in.make_up`."""

    cost: Natural = 0
    within: Duration
    words: Words | None = None


class CheckInSection(ActivitySection):
    """`activities.check_in:`."""

    points: Natural
    streaks: list[StreakSection] = Field(default_factory=list)
    make_up: MakeUpSection | None = None

    def built(self, name: str, zone: ZoneInfo) -> CheckIn:
        """Return the terms."""
        back = self.make_up
        again = back.words if back is not None else None
        return CheckIn(
            name,
            self.points,
            tuple(Streak(one.days, one.points) for one in sorted(self.streaks, key=lambda one: one.days)),
            MakeUp(back.cost, back.within) if back is not None else None,
            self.heard(*WORDS),
            tuple(again) if again is not None else MAKE_UP_WORDS,
            begins(self.opens, zone),
            ends(self.closes, zone),
            self.terms or "",
        )
