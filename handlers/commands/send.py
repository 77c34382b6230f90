"""群发: a campaign of the configuration to a circle, now or at a time; shown first, then confirmed."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome
from handlers.commands._sending import proposed


def run(asked: Asked) -> Outcome:
    """Show what would go out."""
    return proposed(asked, "send", timed=False)


COMMAND = Command("群发", "send", Level.OUTWARD, "send", run)
