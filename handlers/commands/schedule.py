"""定时: a campaign to a circle at a time; shown first, then confirmed."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome
from handlers.commands._sending import proposed


def run(asked: Asked) -> Outcome:
    """Show what would go out then."""
    return proposed(asked, "schedule", timed=True)


COMMAND = Command("定时", "schedule", Level.OUTWARD, "send", run)
