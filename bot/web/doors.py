"""All doors of the program on one site."""

from collections.abc import Callable, Iterable

from aiohttp import web

from bot.config import Config
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.domain.clock import Clock
from bot.heart import Heart
from bot.web.callback import CallbackDoor
from bot.web.events.desk import Desk
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.redeem import Landing
from bot.web.site import Site
from bot.web.webhooks import WebhookDoor
from storage.database import Database
from storage.disk import free_share


def site_of(
    config: Config,
    clock: Clock,
    database: Database,
    dispatcher: Dispatcher,
    channels: dict[str, Channel],
    heart: Heart | None,
    more: Iterable[web.AbstractRouteDef] = (),
    followers: list[Callable[[Config], None]] | None = None,
) -> Site:
    """Return the site with the platforms' door, the shop's, the members' and the probes.

    `heart` is None where another process does what time makes due; `more` are further routes. Whoever
    must hear of a configuration swapped in is added to `followers`.
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
    health = Health(database, clock, heart, metrics, lambda: free_share(database))
    landing = Landing(database, clock, config)
    if followers is not None:
        followers += [lambda new: webhooks.follow(new.webhook_secrets, new.accounts), landing.follow]
    callbacks = CallbackDoor(channels, dispatcher, clock, metrics.callback)
    return Site(callbacks, [*webhooks.routes(), *health.routes(), *landing.routes(), *more])
