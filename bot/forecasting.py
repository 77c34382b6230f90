"""A forecast from the configuration and the database as they are; nothing is written."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from bot import firings
from bot.addresses import library_of
from bot.config import Config, delivery_policy, handler_settings, rulebook
from bot.deciding import Decisions
from bot.discovery import HANDLERS, plugins
from bot.domain.activities.opening import OVER, shut
from bot.domain.clock import monotonic
from bot.domain.forecast.foretold import Advice, Batch, Day, Forecast, Foretold
from bot.domain.handling import ClaimOffer, Handler
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.value import evolve
from bot.domain.words import plain
from bot.opening import open_database
from bot.renderers import renderer_of
from bot.spoken_time import ChineseCalendar, feasts
from scheduler.forecast.advice import advise
from scheduler.forecast.behaviour import Habits
from scheduler.forecast.house import House
from scheduler.forecast.outlook import gathered
from scheduler.forecast.replicates import Plan, Progress, play, silently
from storage import reports, switches
from storage.database import Connection
from storage.forecasting import history, standing

# Behaviour is drawn from the history of at most so many; more would say the same and take longer.
HISTORIES = 5000
# Of a larger community so many members, drawn by chance, stand for all of them.
MOST = 200_000
# So many replicates for at most so many members.
FITTING = ((2_000, 20), (20_000, 5), (200_000, 2))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: days ahead, replicates (None: as fit), seed, rules (empty: all), processes.

    `resumed` lets messages leave although a brake is on.
    """

    days: int = 30
    replicates: int | None = None
    seed: int = 1
    rules: frozenset[str] = frozenset()
    workers: int = 1
    advice: bool = True
    resumed: bool = False
    most: int = MOST


class Foreteller:
    """Makes forecasts of one configuration."""

    def __init__(self, config: Config, wish: Wish) -> None:
        """Find the handlers; `rules` of the wish leaves the other rules out, as if they were paused."""
        self._config, self._wish = config, wish
        self._handlers: list[Handler] = [one for found in plugins(*HANDLERS).values() for one in found]
        self._settings = handler_settings(config)
        self._policy = delivery_policy(config)
        self._library = library_of(config, renderer_of(config))
        self._orders: Mapping[str, str] = {}

    def plan(self, c: Connection, now: datetime) -> Plan:
        """Return what is to be played, with everything read that it needs."""
        config, wish = self._config, self._wish
        book = rulebook(config)
        paused, arms = switches.orders(switches.all_on(c))
        self._orders = arms
        left_out = frozenset(book.rules) - wish.rules if wish.rules else frozenset()
        book = book.ordered_to(paused | left_out, arms)
        house = self.house(book, (), now)
        promises = {(offer.rule, offer.step) for offer in self._settings.claims}
        everybody = standing.everybody(c)
        wanted = Decisions(self._handlers, self._settings, book, config.routes).wanted
        rng = Random(f"{wish.seed}|histories")  # noqa: S311  chance for a forecast, no secret
        played = everybody if len(everybody) <= wish.most else sorted(rng.sample(everybody, wish.most))
        present = standing.present(c, played, standing.View(wanted, self._policy, promises, now))
        if wish.resumed:
            present = evolve(present, switches=switches.without_brakes(present.switches))
        chosen = everybody if len(everybody) <= HISTORIES else sorted(rng.sample(everybody, HISTORIES))
        over = [plain(word) for one in config.activities if shut(one, {}, now) == OVER for word in one.words]
        habits = Habits(history.read(c, chosen, now, config.app.zone, over), config.app.zone)
        replicates = wish.replicates or fitting(present.members)
        scale = len(everybody) / len(played) if played else 1.0
        return Plan(house, present, habits, wish.seed, replicates, wish.workers, scale)

    def house(self, book: Rulebook, offers: Sequence[ClaimOffer], now: datetime) -> House:
        """Return what every replicate goes by, with this book and these promises besides our own."""
        config = self._config
        settings = replace(self._settings, claims=(*self._settings.claims, *offers))
        until = now + timedelta(days=self._wish.days)
        return House(
            decide=Decisions(self._handlers, settings, book, config.routes).decide,
            book=book,
            policy=self._policy,
            coupons=config.coupons,
            answering=frozenset(config.accounts),
            firings=tuple(firings.foretold(config, now, until, self._orders)),
            zone=config.app.zone,
            days=self._wish.days,
            library=self._library,
        )

    def tell(
        self, plan: Plan, progress: Progress = silently, *, advice: bool
    ) -> tuple[Forecast, tuple[Advice, ...]]:
        """Play the plan; return what would happen and, if asked, what would change it."""
        now, zone = plan.present.now, self._config.app.zone
        results = play(plan, progress)
        members = round(plan.present.members * plan.scale)
        found = gathered(now, zone, self._wish.days, members, results)
        if not advice:
            return found, ()
        changed = advise(plan, found, results, lambda book, offers: self.house(book, offers, now))
        return found, tuple(changed)


def foretell(
    c: Connection, config: Config, wish: Wish, now: datetime, progress: Progress = silently
) -> Foretold:
    """Return what would happen, with what must be known beside it."""
    began = monotonic()
    foreteller = Foreteller(config, wish)
    plan = foreteller.plan(c, now)
    found, advice = foreteller.tell(plan, progress, advice=wish.advice)
    spent = reports.coupon_costs(c, config.coupons)
    batches = {
        name: Batch(
            config.coupons[name].title if name in config.coupons else name,
            one.stock - one.taken,
            config.coupons[name].budget if name in config.coupons else 0,
            spent.get(name, 0),
        )
        for name, one in plan.present.stocks.items()
    }
    standing = Counter(place.member.stage for place in plan.present.places)
    if plan.scale > 1:
        standing = Counter({stage: round(count * plan.scale) for stage, count in standing.items()})
    stopped = switches.brake(plan.present.switches)
    took = monotonic() - began
    calendar = tuple(_days(found, plan.house))
    return Foretold(
        found, advice, batches, standing, wish.seed, took, stopped, calendar, plan.present.members
    )


def _days(found: Forecast, house: House) -> Iterator[Day]:
    """Yield the days of the send calendar."""
    calendar = ChineseCalendar()
    for day in found.days:
        kind = calendar.kind(day)
        firing = [one.campaign.name for one in house.firings if one.at.astimezone(house.zone).date() == day]
        yield Day(day, kind.working, kind.shifted, feasts.on(day), tuple(firing))


def foretell_apart(config: Config, now: datetime, days: int, rules: frozenset[str]) -> Foretold:
    """Return a forecast made by a process of its own, so that callbacks are answered meanwhile."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_apart, config, now, days, rules).result()


def _apart(config: Config, now: datetime, days: int, rules: frozenset[str]) -> Foretold:
    with open_database(config) as database:
        return database.transact(lambda c: foretell(c, config, Wish(days, rules=rules, workers=1), now))


def fitting(members: int) -> int:
    """Return how many replicates are made of so many members unless more are asked for."""
    return next((replicates for most, replicates in FITTING if members <= most), 1)
