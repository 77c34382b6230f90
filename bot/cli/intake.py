"""Events from a file into the same dispatcher that everything else goes through."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.cli.desk import Desk
from bot.composition import group_of
from bot.dispatcher import Dispatcher
from bot.domain.events import InboundEvent
from bot.renderers import renderer_of
from storage import directory, inbox
from storage.database import Connection

PAGE = 500


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that was refused, and why."""

    line: int
    problem: str


@dataclass(slots=True)
class Tally:
    """What a file brought: rows read, refused ones, members new and known, rows taken in earlier."""

    rows: int = 0
    new: int = 0
    known: int = 0
    already: int = 0
    bad: list[Bad] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def count(self, c: Connection, events: Sequence[InboundEvent]) -> list[InboundEvent]:
        """Count a page and return the events that were not taken in before."""
        before = inbox.answers(c, [event.key for event in events])
        fresh = [event for event in events if event.key not in before]
        self.already += len(events) - len(fresh)
        owners = directory.owners_of(
            c, {name for event in fresh for name in (event.known_as, *event.also_known_as)}
        )
        for event in fresh:
            names = {event.known_as, *event.also_known_as}
            if names & owners.keys() or names & self._seen:
                self.known += 1
            else:
                self.new += 1
            self._seen |= names - owners.keys()
        return fresh


class Intake:
    """Takes pages of events; without `apply` it only counts them."""

    def __init__(self, desk: Desk, *, apply: bool) -> None:
        """Make what handles events, once."""
        self.tally = Tally()
        self._desk = desk
        self._apply = apply
        self._group = group_of(desk.config, renderer_of(desk.config))

    def take(self, events: Sequence[InboundEvent]) -> None:
        """Count a page, and store it with all it causes unless this is a dry run."""
        fresh = self._desk.read(lambda c: self.tally.count(c, events))
        if self._apply and fresh:
            asyncio.run(self._accept(fresh))

    async def _accept(self, events: Sequence[InboundEvent]) -> None:
        await Dispatcher(self._desk.database, self._group, self._desk.clock).accept(events)


def paged(
    intake: Intake, told: Callable[[int, int], None], total: int
) -> Callable[[InboundEvent | None], None]:
    """Return what gathers events into pages; None ends the last one."""
    page: list[InboundEvent] = []

    def take(event: InboundEvent | None) -> None:
        if event is not None:
            page.append(event)
        if page and (event is None or len(page) >= PAGE):
            intake.take(page)
            page.clear()
            told(intake.tally.rows, total)

    return take
