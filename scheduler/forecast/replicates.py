"""Many replicates, beside each other where there are processors, and large populations in parts."""

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from random import Random

from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.forecast.present import Present, Stock
from bot.domain.value import evolve
from scheduler.forecast.behaviour import Habits
from scheduler.forecast.census import Result, together
from scheduler.forecast.house import House
from scheduler.forecast.simulation import Simulation

# More members than this are dealt into parts, so that one replicate has every processor to itself.
UNDIVIDED = 20_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played: how many times, from which seed, by how many processes.

    `scale` is how many members each of those who are played stands for.
    """

    house: House
    present: Present
    habits: Habits
    seed: int
    replicates: int
    workers: int
    scale: float = 1.0

    @property
    def parts(self) -> int:
        """Return into how many parts the members are dealt."""
        return self.workers if self.present.members > UNDIVIDED else 1


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def silently(_done: int, _of: int) -> None:
    """Tell nobody how far the forecast is."""


def play(plan: Plan, progress: Progress = silently) -> list[Result]:
    """Return the result of every replicate; `progress` is told how many runs of how many are done."""
    runs = [(number, part) for number in range(plan.replicates) for part in range(plan.parts)]
    found: list[Result] = []
    for done, result in enumerate(_all(plan, runs), start=1):
        found.append(result)
        progress(done, len(runs))
    whole = [together(found[at : at + plan.parts]) for at in range(0, len(found), plan.parts)]
    return [one.times(plan.scale) for one in whole] if plan.scale > 1 else whole


def _all(plan: Plan, runs: Sequence[tuple[int, int]]) -> Iterable[Result]:
    # A child of a process with several threads could inherit a lock that nobody in it will ever open.
    if plan.workers == 1 or len(runs) == 1 or threading.active_count() > 1:
        yield from (_run(plan, *run) for run in runs)
        return
    # The children inherit everything that was read: it need not be sent to them, nor read again.
    context = multiprocessing.get_context("fork")
    gc.collect()
    gc.freeze()
    _inherited.append(plan)
    try:
        with ProcessPoolExecutor(plan.workers, mp_context=context) as pool:
            yield from pool.map(_run_inherited, runs)
    finally:
        _inherited.pop()
        gc.unfreeze()


_inherited: list[Plan] = []


def _run_inherited(run: tuple[int, int]) -> Result:
    gc.disable()  # nothing here goes in circles, and looking for circles takes a tenth of the time
    return _run(_inherited[-1], *run)


def _run(plan: Plan, number: int, part: int) -> Result:
    """Play one part of one replicate; the same numbers give the same result."""
    rng = Random(f"{plan.seed}|{number}")  # noqa: S311  chance for a forecast, no secret
    share = plan.parts * plan.scale
    behaviour = plan.habits.replicate(rng, share=1 / share)
    own = Random(f"{plan.seed}|{number}|{part}")  # noqa: S311  chance for a forecast, no secret
    house, present = plan.house, plan.present
    if share > 1:
        house = replace(house, policy=slower(house.policy, share))
        present = _part(present, part, plan.parts, plan.scale)
    return Simulation(house, present, behaviour, own).run().result()


def slower(policy: DeliveryPolicy, share: float) -> DeliveryPolicy:
    """Return the policy with one part's share of what the accounts may send."""
    return replace(
        policy, rates={name: replace(rate, sends=rate.sends / share) for name, rate in policy.rates.items()}
    )


def _part(present: Present, part: int, parts: int, scale: float) -> Present:
    """Return every so-manieth member, with their share of what is left of the coupons."""
    places = present.places[part::parts]
    left = {name: int((one.stock - one.taken) / scale) for name, one in present.stocks.items()}
    stocks = {name: Stock(each // parts + (each % parts > part), 0) for name, each in left.items()}
    # Newcomers of the parts must not share numbers, nor fall into the same control groups.
    last_id = present.last_id + part * 10_000_000
    return evolve(present, places=places, stocks=stocks, last_id=last_id, members=len(places))
