"""Whether a forecast foretells: one made at two thirds of the play, held against what then happened."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot.app import Program
from bot.demo.evidence import Promise
from bot.demo.grid import Span
from bot.domain.forecast.foretold import Forecast
from bot.domain.forecast.series import Series
from bot.forecasting import Foreteller, Wish
from scheduler.forecast.replicates import Plan
from storage.forecasting.outcome import happened

# A shorter play has too little history to draw behaviour from.
LEAST = 75
REPLICATES = 20
# An interval of nine in ten may miss, and history is not the future: four in five must hold.
MAY_MISS = 0.2
SHOWN = 3
# What operators order meanwhile, nobody can foresee.
OPERATORS = ("campaign:plan:", "campaign:")


class Prophecy:
    """A forecast begun while the play goes on, and finished after it."""

    def __init__(self, program: Program, span: Span) -> None:
        """Hold the program and the play's time."""
        self._program, self._span = program, span
        self._wish = Wish(span.days - span.days * 2 // 3, REPLICATES, advice=False)
        self._foreteller = Foreteller(program.config, self._wish)
        self._plan: Plan | None = None

    @property
    def at(self) -> datetime | None:
        """Return when everything is to be taken down as it stands, None in a play that is too short."""
        days = self._span.days * 2 // 3
        return self._span.start + timedelta(days=days) if self._span.days >= LEAST else None

    @property
    def pauses(self) -> dict[datetime, Callable[[], Awaitable[None]]]:
        """Return when the play must stand still for it."""
        return {self.at: self.look} if self.at is not None else {}

    async def look(self) -> None:
        """Take everything down as it stands now."""
        now = self._program.clock.now()
        self._plan = await self._program.database.read(lambda c: self._foreteller.plan(c, now))

    async def kept(self) -> list[Promise]:
        """Return what became of the forecast; nothing where none was begun."""
        plan = self._plan
        if plan is None:
            return []
        found, _ = await asyncio.to_thread(self._foreteller.tell, plan, advice=False)
        until = plan.present.now + timedelta(days=self._wish.days)
        really = await self._program.database.read(lambda c: happened(c, plan.present.now, until))
        return [foreseen(found, really)]


def foreseen(found: Forecast, really: Mapping[Series, int]) -> Promise:
    """Hold each count of what happened against its interval."""
    counts = {one: count for one, count in really.items() if not _ordered(one[1])}
    missed = [
        f"{' '.join(filter(None, series))}: {count}, {estimate.low:g} to {estimate.high:g} foretold"
        for series, count in sorted(counts.items())
        if not (estimate := found.one(*series)).low <= count <= estimate.high
    ]
    return Promise("foreseen", len(missed), len(counts), tuple(missed[:SHOWN]), MAY_MISS)


def _ordered(program: str) -> bool:
    return program == OPERATORS[1] or program.startswith(OPERATORS[0])
