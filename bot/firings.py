"""When campaigns fire next, and what each firing says to whom."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.config import Config
from bot.domain import programs
from bot.domain.experiments.arms import order_of
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Status
from bot.domain.outbox import OutboxMessage
from scheduler.forecast.house import Firing
from scheduler.jobs.nominal import nominal_between
from storage import audiences


def upcoming(config: Config, since: datetime, until: datetime) -> Iterator[tuple[Campaign, datetime]]:
    """Yield every firing of a live campaign between two moments."""
    for campaign in config.campaigns.values():
        if campaign.status is Status.LIVE:
            for at in nominal_between(campaign.schedule, since, until, config.app.zone):
                yield campaign, at


def foretold(config: Config, since: datetime, until: datetime, orders: Mapping[str, str]) -> Iterator[Firing]:
    """Yield them as a forecast plays them; `orders` are the weights of arms that operators ordered."""
    for campaign, at in upcoming(config, since, until):
        key = audiences.firing_key(campaign.name, at)
        message = audiences.message_to_all(campaign, key, at, at)
        order = order_of(orders.get(programs.of_campaign(campaign.name), ""))
        yield Firing(at, campaign, message, _arms(campaign, key, at), order)


def _arms(campaign: Campaign, key: str, at: datetime) -> dict[str, OutboxMessage | None]:
    """Return what each arm of a campaign says."""
    found: dict[str, OutboxMessage | None] = {}
    for arm in campaign.division.arms if campaign.division is not None else ():
        found[arm.name] = None
        if arm.saying is not None:
            said = audiences.message_to_all(replace(campaign, saying=arm.saying), key, at, at)
            found[arm.name] = replace(said, step=arm.name)
    return found
