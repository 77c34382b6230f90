"""The passes of the heart with a mind of their own: they are asked every round and stop no clock."""

from collections.abc import Mapping

from bot.config import Config, handler_settings, rulebook
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.heart import Pass
from bot.inviting import Inviting
from bot.overhearing import Overhearing
from bot.quiet_members import QuietMembers
from bot.watching import Watch
from scheduler.retention import Cleaning
from storage.database import Database


def besides_of(
    config: Config, database: Database, dispatcher: Dispatcher, channels: Mapping[str, Channel]
) -> tuple[Pass, ...]:
    """Return what has a mind of its own; the watch is among it, so what is merely due was sent before."""
    window = rulebook(config).moment_window
    return (
        Watch(database, config).run,
        Cleaning(database, config.app.zone, config.privacy.retention, window).run,
        Overhearing(database, dispatcher, config.complaints).run,
        QuietMembers(database, dispatcher, config.groups.quiet_after).run,
        Inviting(database, channels, handler_settings(config).pictured).run,
    )
