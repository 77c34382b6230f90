"""Pushes to a segment, once or again and again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from bot.domain.conditions import Condition
from bot.domain.experiments.arms import Weights, arm_of, steered
from bot.domain.experiments.reading import Terms
from bot.domain.lifecycle.rule import Goal, Status
from bot.domain.lifecycle.saying import Saying


class Unit(StrEnum):
    """What a schedule counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Only(StrEnum):
    """Which days count, by the year's arrangement of days off and weekends that are worked (调休)."""

    EVERY_DAY = "every_day"
    WORKDAYS = "workdays"
    DAYS_OFF = "days_off"


SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something happens, on the app's clock: once, or every so many days, weeks or months.

    `days` are names of weekdays (``mon`` … ``sun``), for weeks; `day` is the day of the month, for
    months. Counting starts with the day, week or month of `starts`; nothing happens before it.
    `feasts` are single days of the calendar instead of all these. `only` leaves out days off, or workdays;
    `shifted` are the weekends that are worked and the weekdays that are not.
    """

    at: time = time(10)
    every: int = 1
    unit: Unit = Unit.DAY
    days: tuple[str, ...] = ()
    day: int = 1
    starts: date | None = None
    once: datetime | None = None
    feasts: tuple[date, ...] = ()
    only: Only = Only.EVERY_DAY
    shifted: frozenset[date] = frozenset()

    def allows(self, day: date) -> bool:
        """Return whether something may happen on this day at all."""
        works = (day.weekday() < SATURDAY) is not (day in self.shifted)
        return self.only is Only.EVERY_DAY or works is (self.only is Only.WORKDAYS)


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a campaign's experiment; one that says nothing is its control group."""

    name: str
    weight: float
    saying: Saying | None


@dataclass(frozen=True, slots=True)
class Division:
    """A campaign's experiment: members are dealt among the arms by a hash of `salt`; see `experiments`."""

    salt: str
    arms: tuple[Arm, ...]
    goal: Goal
    terms: Terms

    @property
    def weights(self) -> Weights:
        """Return the weights as written."""
        return tuple((arm.name, arm.weight) for arm in self.arms)

    def arm(self, member_id: int, order: Mapping[str, float]) -> Arm:
        """Return the member's arm, by the weights that were ordered if there are any."""
        name = arm_of(self.salt, member_id, steered(self.weights, order))
        return next(arm for arm in self.arms if arm.name == name)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One push: when, to whom, what. The audience is frozen when it fires.

    With a `division` each arm has its own words, and `saying` are those of the first that has any.
    """

    name: str
    schedule: Schedule
    audience: Condition
    saying: Saying
    status: Status = Status.LIVE
    purpose: str = "marketing"
    priority: int = 50
    version: str = ""
    division: Division | None = None
