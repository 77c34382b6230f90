"""forecast: arrives with a later version."""

from bot.cli.later import ANYTHING, not_yet

NAME = "forecast"
CONTEXT = ANYTHING


def command() -> None:
    """（以后的版本）预演将来会发生什么 / (later) what would happen."""
    not_yet("forecast")
