"""All doors of the program on one site."""

from collections.abc import Callable, Iterable
from typing import Protocol

from aiohttp import web

from bot.config import Config
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.domain.clock import Clock
from bot.heart import Heart
from bot.web.callback import CallbackDoor
from bot.web.events.desk import Desk
from bot.web.health import Health
from bot.web.links import Links
from bot.web.me import OwnPage
from bot.web.metrics import Metrics
from bot.web.onebot import Feed, OneBotDoor
from bot.web.pay import PayDoor
from bot.web.redeem import Landing
from bot.web.site import Site
from bot.web.till import Till
from bot.web.webhooks import WebhookDoor
from storage.database import Database
from storage.disk import free_share


class House(Protocol):
    """What the doors open into; `bot.program.Program` is one. `doors` are told of a new configuration."""

    config: Config
    clock: Clock
    database: Database
    dispatcher: Dispatcher
    heart: Heart
    channels: dict[str, Channel]
    doors: list[Callable[[Config], None]]

    @property
    def feed(self) -> Feed:
        """Return where channels bring what they fetched."""
        ...


def site_of(house: House, *, beats: bool, more: Iterable[web.AbstractRouteDef] = ()) -> Site:
    """Return the site with the platforms' door, the shop's, the members' and the probes.

    `beats` tells whether this process does what time makes due; `more` are further routes.
    """
    config, clock, database = house.config, house.clock, house.database
    metrics = Metrics()
    webhooks = WebhookDoor(
        config.webhook_secrets, config.connected, house.dispatcher, Desk(database), clock, metrics.webhook
    )
    heart = house.heart if beats else None
    health = Health(database, clock, heart, metrics, lambda: free_share(database))
    pages = (
        Landing(database, clock, config),
        Links(database, clock, config),
        OwnPage(database, clock, config),
        PayDoor(database, clock, config),
        Till(config.webhook_secrets, database, clock, config),
    )
    house.doors.append(lambda new: webhooks.follow(new.webhook_secrets, new.connected))
    house.doors += [page.follow for page in pages]
    callbacks = CallbackDoor(house.channels, house.dispatcher, clock, metrics.callback)
    gateways = OneBotDoor(house.channels, house.feed, clock)
    others = [*webhooks.routes(), *health.routes(), *gateways.routes()]
    others += [route for page in pages for route in page.routes()]
    return Site(callbacks, [*others, *more], [gateways.close])
