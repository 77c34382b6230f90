"""Commands that are part of the contract and not of this version: they say so plainly."""

from typing import NoReturn

from bot.cli.options import BAD_CONFIG, fail
from bot.cli.words import say

# Whatever is written behind the name: the answer is the same.
ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}


def not_yet(name: str) -> NoReturn:
    """Say that this command arrives with a later version, and leave with exit code 2."""
    fail(say("not_yet", name=name), BAD_CONFIG)
