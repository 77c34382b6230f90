"""What operators ordered: done and undoable for a while, or proposed until somebody confirms it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage.commands.orders import Given
from storage.commands.tables import PLAN
from storage.dialect import insert_for

# 30 signs without what is easily taken for another: 4 of them are 810,000 codes, of which few live at once.
ALPHABET = "23456789ABCDEFGHJKMNPQRTUVWXYZ"
LENGTH = 4
UNDOABLE = timedelta(minutes=10)
TRIES = 20
_EMPTY: Mapping[str, Any] = {
    "state": "proposed", "body": {}, "tree": {}, "back": {}, "digest": "", "size": 0, "cost": 0,
    "approved_by": "", "starts_at": None, "ended_at": None,
}  # fmt: skip
PROPOSED, CONFIRMED, DONE, UNDONE, CANCELLED = "proposed", "confirmed", "done", "undone", "cancelled"


def store(c: Connection, given: Given, row: Mapping[str, Any]) -> str:
    """Keep a plan and return its code; a line that is repeated finds the plan it made."""
    # A platform builds its keys from addresses.
    key = blake2b(given.key.encode(), digest_size=16).hexdigest()
    known = c.execute(select(PLAN.c.code).where(PLAN.c.key == key)).scalar()
    if known is not None:
        return str(known)
    for attempt in range(TRIES):
        code = _code(f"{key}#{attempt}")
        values = {
            "code": code,
            "key": key,
            "known_as": given.by.known_as,
            "by": given.by.signed,
            "at": given.now,
            **_EMPTY,
            **row,
        }
        done = c.execute(insert_for(c, PLAN).values(values).on_conflict_do_nothing().returning(PLAN.c.code))
        if done.first() is not None:
            return code
    raise RuntimeError("no free code")


def done(c: Connection, kind: str, given: Given, back: Mapping[str, Any]) -> str:
    """Keep what was done at once and how it is undone; return the code for that."""
    row = {"kind": kind, "state": DONE, "back": dict(back), "expires_at": given.now + UNDOABLE}
    return store(c, given, row)


def find(c: Connection, code: str) -> "Row[Any] | None":
    """Return the plan of a code, None when there is none."""
    statement = select(PLAN).where(PLAN.c.code == code.strip().upper())
    if c.dialect.name == "postgresql":
        statement = statement.with_for_update()
    return c.execute(statement).one_or_none()


def end(c: Connection, code: str, state: str, now: datetime) -> None:
    """Note how a plan ended."""
    c.execute(update(PLAN).where(PLAN.c.code == code).values(state=state, ended_at=now))


def _code(key: str) -> str:
    number = int.from_bytes(blake2b(key.encode(), digest_size=8).digest())
    signs = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "".join(signs)
