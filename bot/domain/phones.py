"""A phone number that somebody tells us in chat."""

import re

from bot.domain.identity import PHONE, Identity, identity
from bot.domain.words import plain

# The number alone, or with the word for it; a number within a sentence may be anybody's.
_WORD = r"(?:(?:我的)?(?:手机号?码?|电话号?码?)(?:是|:)?\s*)?"
_TOLD = re.compile(_WORD + r"(?:\+?86[\s-]?)?(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})")


def told_phone(text: str) -> Identity | None:
    """Return the phone that a message tells of its writer, if it tells one and nothing else."""
    if not 11 <= len(text) <= 32:
        return None
    told = _TOLD.fullmatch(plain(text))
    return identity(PHONE, f"+86{told[1]}{told[2]}{told[3]}") if told else None
