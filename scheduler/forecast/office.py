"""What the outbox of a forecast goes by, and writing down what becomes of its messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.domain.content_choice import EMPTY, Library
from bot.domain.delivery.gates import program_of
from bot.domain.delivery.policy import DeliveryPolicy, ProgramGate
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.verdict import Drop, Hold
from bot.domain.forecast.series import DROPPED, HANDED, HELD, SENT, UNREACHABLE
from bot.domain.members import Holding
from bot.domain.outbox import OutboxState
from scheduler.forecast.agenda import Agenda
from scheduler.forecast.being import Being, Row
from scheduler.forecast.census import Census
from scheduler.forecast.stock import Coupons

CROWDED = frozenset({Reason.CAP.value, Reason.PRIORITY.value})
NO_DOOR = frozenset({
    Reason.NO_WINDOW.value, Reason.WINDOW_USED_UP.value, Reason.NO_GRANT.value, Reason.UNFOLLOWED.value,
    Reason.NO_ROUTE.value, Reason.QUOTA.value, Reason.NEEDS_CLAIM.value, Reason.ALONE.value,
})  # fmt: skip
SOONEST = timedelta(milliseconds=1)
# Whom, by which message and route, with which coupon, when.
Reached = Callable[[Being, Row, str, Holding | None, datetime], None]


@dataclass(frozen=True, slots=True)
class Office:
    """What delivering goes by in one replicate; `reached` is told of every message that reached somebody.

    `since` gives the moment from which sends must be known for caps and quotas.
    """

    policy: DeliveryPolicy
    programs: Mapping[str, ProgramGate]
    switches: Mapping[str, str]
    failing: Mapping[str, float]
    since: Callable[[datetime], datetime]
    coupons: Coupons
    census: Census
    agenda: Agenda
    rng: Random
    reached: Reached
    library: Library = EMPTY


class Outcomes:
    """Writes down what becomes of messages."""

    def __init__(self, office: Office) -> None:
        """Hold what delivering goes by."""
        self._office = office

    def done(self, being: Being, row: Row, route: str, now: datetime, *, with_coupon: bool) -> None:
        """Note that the message reached the member."""
        message = row.message
        holding = None
        if with_coupon and message.coupon is not None:
            holding = self._office.coupons.give(being, message.coupon.batch, now)
        program = program_of(message)
        self._office.census.note(SENT, program, f"{message.step}/{route}", self._office.census.day(now))
        self._office.census.reached[program].add(being.member.id)
        self._office.census.reached[f"{program}/{message.step}"].add(being.member.id)
        being.promised[message.rule, message.step] = now
        being.finish(row, OutboxState.SENT, now)
        self._office.reached(being, row, route, holding, now)

    def hold(self, being: Being, row: Row, verdict: Hold, now: datetime) -> None:
        """Note that the message waits, and why if that is news."""
        until = max(verdict.until, now + SOONEST)
        if row.hold(str(verdict.reason), until, waiting=verdict.waiting):
            day = self._office.census.day(now)
            self._office.census.note(HELD, program_of(row.message), row.reason, day)
            if row.reason in CROWDED:
                self._office.census.capped.add(being.member.id)
                self._office.census.crowded[day].add(being.member.id)

    def drop(self, being: Being, row: Row, verdict: Drop, now: datetime) -> None:
        """Note that a gate ended the message."""
        if verdict.handoff:
            self._office.census.note(HANDED, program_of(row.message), "", self._office.census.day(now))
        self.end(being, row, verdict.state, str(verdict.reason), now)

    def end(self, being: Being, row: Row, state: OutboxState, reason: str, now: datetime) -> None:
        """Note that the message ends unsent."""
        program, day = program_of(row.message), self._office.census.day(now)
        self._office.census.note(DROPPED, program, reason, day)
        # What expired while it waited for a door found none.
        door = row.reason if state is OutboxState.EXPIRED and row.waiting else reason
        if door in NO_DOOR:
            self._office.census.note(UNREACHABLE, program, f"{row.message.step}/{door}", day)
        being.finish(row, state, now)
