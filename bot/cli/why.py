"""why: arrives with a later version."""

from bot.cli.later import ANYTHING, not_yet

NAME = "why"
CONTEXT = ANYTHING


def command() -> None:
    """（以后的版本）为什么发了或没发 / (later) why something was or wasn't sent."""
    not_yet("why")
