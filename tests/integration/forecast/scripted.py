"""A forecast in which exactly the deeds of a story happen."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from bot.domain.events import InboundEvent
from bot.domain.forecast.past import Deed
from bot.domain.forecast.series import Series
from bot.domain.members import Link, Member
from scheduler.forecast.behaviour import Behaviour
from scheduler.forecast.being import Being
from scheduler.forecast.living import ANYWAY
from scheduler.forecast.replicates import Plan
from scheduler.forecast.simulation import Simulation


class Still(Behaviour):
    """People who do nothing of themselves."""

    def __init__(self) -> None:
        """Know nothing."""

    def newcomers(self, _rng: random.Random) -> list[object]:  # type: ignore[override]  # nobody comes
        return []

    def after(self, *_given: object, **_more: object) -> tuple[()]:
        return ()

    def quietly(self, *_given: object, **_more: object) -> None:
        return None

    def use(self, *_given: object) -> None:
        return None

    def leaves_after(self, *_given: object) -> None:
        return None


def foretold(plan: Plan, events: Sequence[InboundEvent], numbers: dict[str, int]) -> dict[Series, int]:
    """Return what a forecast counts in which these deeds happen, and no others."""
    simulation = Simulation(plan.house, plan.present, Still(), random.Random(1))
    living = simulation._living
    begin = living.begin

    def scripted(beings: list[Being], last_id: int, now: datetime, midnight: datetime) -> None:
        begin(beings, last_id, now, midnight)
        known = {one.member.id: one for one in beings}
        for event in events:
            living._agenda.put(event.at, act, event, known)

    def act(event: InboundEvent, known: dict[int, Being], now: datetime) -> None:
        number = numbers[event.known_as]
        being = known.get(number)
        if being is None:
            links = (Link("shop", event.known_as, following=False, since=now),)
            being = known[number] = Being(Member(number, now, links=links))
            living.beings.append(being)
        deed = Deed(event.kind, event.account, event.text, event.properties, event.amount)
        living._do(being, deed, ANYWAY, now)

    living.begin = scripted  # type: ignore[method-assign]  # the story in the place of chance
    census = simulation.run()
    return {series: sum(days) for series, days in census.counts.items()}
