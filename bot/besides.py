"""The passes of the heart with a mind of their own: they are asked every round and stop no clock."""

from collections.abc import Callable, Mapping

from bot.config import Config, handler_settings, rulebook
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.domain.payments import CouponIssuer, PaymentSettings
from bot.granting import Granting, House
from bot.heart import Pass
from bot.inviting import Inviting
from bot.overhearing import Overhearing
from bot.quiet_members import QuietMembers
from bot.watching import Watch
from scheduler.retention import Cleaning
from storage.database import Database


def besides_of(
    config: Config,
    database: Database,
    dispatcher: Dispatcher,
    channels: Mapping[str, Channel],
    issuer: Callable[[PaymentSettings], CouponIssuer],
) -> tuple[Pass, ...]:
    """Return what has a mind of its own; the watch is among it, so what is merely due was sent before."""
    window, settings = rulebook(config).moment_window, handler_settings(config)
    houses = {name: House(name, issuer(one), one.account) for name, one in config.payments.items()}
    return (
        Watch(database, config).run,
        Cleaning(database, config.app.zone, config.privacy.retention, window).run,
        Overhearing(database, dispatcher, config.complaints).run,
        QuietMembers(database, dispatcher, config.groups.quiet_after).run,
        Inviting(database, channels, settings.pictured).run,
        Granting(database, config.coupons, houses, settings.ways).run,
    )
