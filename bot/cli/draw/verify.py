"""draw verify: arrives with a later version."""

from bot.cli.later import ANYTHING, not_yet

NAME = "verify"
CONTEXT = ANYTHING


def command() -> None:
    """（以后的版本）验证抽奖结果 / (later) verify a draw."""
    not_yet("draw verify")
