"""What a forecast needs, read from the configuration and the database; nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.config import Config, delivery_policy, handler_settings, rulebook
from bot.deciding import Decisions
from bot.discovery import HANDLERS, plugins
from bot.domain.forecast.past import Record
from bot.domain.forecast.present import Present
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Status
from scheduler.forecast.simulation import Firing, House
from scheduler.jobs.nominal import nominal_after
from storage import audiences, switches
from storage.database import Connection
from storage.forecasting import history, standing

# Behaviour is drawn from the history of at most so many; more would say the same and take longer.
HISTORIES = 5000


@dataclass(frozen=True, slots=True)
class Start:
    """Everything a forecast starts from."""

    house: House
    present: Present
    record: Record


def start_of(c: Connection, config: Config, now: datetime, days: int, seed: int) -> Start:
    """Return what a forecast of so many days starts from."""
    handlers = [handler for found in plugins(*HANDLERS).values() for handler in found]
    on = switches.all_on(c)
    book = rulebook(config).ordered_to(*switches.orders(on))
    settings, policy = handler_settings(config), delivery_policy(config)
    decisions = Decisions(handlers, settings, book, config.routes)
    house = House(
        decide=decisions.decide,
        book=book,
        policy=policy,
        coupons=config.coupons,
        answering=frozenset(config.accounts),
        firings=tuple(_firings(config.campaigns.values(), config, now, now + timedelta(days=days))),
        zone=config.app.zone,
        days=days,
    )
    promises = {(offer.rule, offer.step) for offer in settings.claims}
    everybody = standing.everybody(c)
    present = standing.present(c, everybody, decisions.wanted, policy, promises, now)
    rng = Random(f"{seed}|histories")  # noqa: S311  chance for a forecast, no secret
    chosen = everybody if len(everybody) <= HISTORIES else sorted(rng.sample(everybody, HISTORIES))
    return Start(house, present, history.read(c, chosen, now, config.app.zone))


def _firings(
    campaigns: Sequence[Campaign], config: Config, since: datetime, until: datetime
) -> Iterator[Firing]:
    for campaign in campaigns:
        at = nominal_after(campaign.schedule, since, config.app.zone)
        while at is not None and at < until and campaign.status is Status.LIVE:
            key = audiences.firing_key(campaign.name, at)
            yield Firing(at, campaign, audiences.message_to_all(campaign, key, at, at))
            at = nominal_after(campaign.schedule, at, config.app.zone)
