"""All doors of the program on one site."""

from collections.abc import Iterable
from pathlib import Path

from aiohttp import web

from bot.config import Config
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.domain.clock import Clock
from bot.heart import Heart
from bot.web.callback import CallbackDoor
from bot.web.events.desk import Desk
from bot.web.health import Health, free_share
from bot.web.metrics import Metrics
from bot.web.redeem import Landing
from bot.web.site import Site
from bot.web.webhooks import WebhookDoor
from storage.database import Database


def site_of(
    config: Config,
    clock: Clock,
    database: Database,
    dispatcher: Dispatcher,
    channels: dict[str, Channel],
    heart: Heart | None,
    more: Iterable[web.AbstractRouteDef] = (),
) -> Site:
    """Return the site with the platforms' door, the shop's, the members' and the probes.

    `heart` is None where another process does what time makes due; `more` are further routes.
    """
    metrics = Metrics()
    webhooks = WebhookDoor(
        config.webhook_secrets,
        config.accounts,
        dispatcher,
        Desk(database),
        clock,
        metrics.webhook,
    )
    disk = data_place(database)
    health = Health(database, clock, heart, metrics, lambda: free_share(disk))
    landing = Landing(database, clock, config)
    callbacks = CallbackDoor(channels, dispatcher, clock, metrics.callback)
    return Site(callbacks, [*webhooks.routes(), *health.routes(), *landing.routes(), *more])


def data_place(database: Database) -> Path:
    """Return where the data lies that can fill a disk of ours."""
    url = database.engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else Path.cwd()
