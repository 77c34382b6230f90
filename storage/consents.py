"""The members' words on what they may be sent, and silences ordered by rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, or_, select

from bot.domain import storable
from bot.domain.effects import EndSilence, SetConsent, Suppress
from bot.domain.folding import outweighs
from bot.domain.members import Consent
from storage.dialect import greatest, replacing, upsert
from storage.tables import table
from storage.tables.members import ConsentRow, SuppressionRow

CONSENT = table(ConsentRow)
SUPPRESSION = table(SuppressionRow)
KEYS = ("member_id", "purpose")


def record(connection: Connection, words: Sequence[SetConsent]) -> None:
    """Record grants and withdrawals; the latest word stands, and on a tie a withdrawal."""
    last: dict[tuple[int, str], SetConsent] = {}
    for word in words:
        place = (word.member_id, word.purpose)
        known = last.get(place)
        if outweighs(word, Consent(known.granted, known.at) if known else None):
            last[place] = word
    upsert(
        connection,
        CONSENT,
        [_row(last[place]) for place in sorted(last)],
        KEYS,
        replacing("granted", "at", "basis", "proof"),
        where=_outweighs,
    )


def silence(connection: Connection, silences: Sequence[Suppress | EndSilence]) -> list[int]:
    """Send members nothing of a purpose until then, or end that early, in the order given.

    The longest silence stands. Return whose silences ended.
    """
    longest: dict[tuple[int, str], Suppress] = {}
    over: set[tuple[int, str]] = set()
    for silence in silences:
        place = (silence.member_id, silence.purpose)
        if isinstance(silence, EndSilence):
            over.add(place)
            longest.pop(place, None)
        elif place not in longest or longest[place].until < silence.until:
            longest[place] = silence
    for member_id, purpose in sorted(over):
        lift(connection, member_id, purpose)
    upsert(
        connection,
        SUPPRESSION,
        [
            {"member_id": one.member_id, "purpose": one.purpose, "until": one.until, "reason": one.reason}
            for _, one in sorted(longest.items())
        ],
        KEYS,
        {
            "until": lambda old, new: greatest(connection, old.c.until, new.until),
            "reason": lambda old, new: case((new.until > old.c.until, new.reason), else_=old.c.reason),
        },
    )
    return sorted({member_id for member_id, _ in over})


def lift(connection: Connection, member_id: int, purpose: str) -> bool:
    """End a silence early; tell whether there was one."""
    found = connection.execute(
        delete(SUPPRESSION).where(SUPPRESSION.c.member_id == member_id, SUPPRESSION.c.purpose == purpose)
    )
    return found.rowcount > 0


def prune(connection: Connection, now: datetime) -> int:
    """Delete silences that are over, and return how many."""
    return connection.execute(delete(SUPPRESSION).where(SUPPRESSION.c.until <= now)).rowcount


def granted(connection: Connection, purpose: str) -> int:
    """Return how many members have a live grant for a purpose."""
    count = select(func.count()).where(CONSENT.c.purpose == purpose, CONSENT.c.granted)
    return int(connection.execute(count).scalar_one())


def _row(word: SetConsent) -> dict[str, Any]:
    return {
        "member_id": word.member_id,
        "purpose": word.purpose,
        "granted": word.granted,
        "at": word.at,
        "basis": word.basis,
        "proof": storable.text(word.proof),
    }


def _outweighs(old: Any, new: Any) -> Any:
    """Return `bot.domain.folding.outweighs` as SQL."""
    withdrawn = and_(new["at"] == old.c.at, old.c.granted, ~new.granted)
    return or_(new["at"] > old.c.at, withdrawn)
