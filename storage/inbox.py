"""What was accepted: each key once, its answer kept for the platform's retry."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, String, bindparam, delete, literal_column, select, text, true, update

from bot.domain.value import value
from storage.dialect import chunks, each_of, insert_for, listed
from storage.reading import Query, stamped
from storage.tables import table
from storage.tables.events import InboxRow, QuarantineRow
from storage.writing import Bulk, Change, Valued

# A number that grows with time, see `bot.domain.events.InboundEvent`.
_ORDER = re.compile(r":@([0-9a-f]{16}):")
INBOX = table(InboxRow)
QUARANTINE = table(QuarantineRow)


@value
class InboxEntry:
    """The key of something accepted and the account it came through."""

    key: str
    account: str


def append(connection: Connection, entries: Sequence[InboxEntry], now: datetime) -> set[str]:
    """Note each key and return the new ones; a key that was there already is a platform's retry."""
    by_digest: dict[str, str] = {}
    through: dict[str, list[str]] = {}
    for entry in entries:
        key = digest(entry.key)
        if key not in by_digest:
            through.setdefault(entry.account, []).append(key)
        by_digest[key] = entry.key
    moment = stamped(connection, now)
    if connection.dialect.name == "sqlite" and _all_new(connection, through, moment):
        return set(by_digest.values())
    return {
        by_digest[row[0]]
        for account, keys in sorted(through.items())
        for row in _NOTE.rows(connection, keys=listed(connection, sorted(keys)), account=account, at=moment)
    }


def _all_new(connection: Connection, through: Mapping[str, Sequence[str]], moment: Any) -> bool:
    """Note the keys if every one is new, as nearly always, and return whether; else note nothing.

    SQLite tells how many rows went in but not which, and asking for them costs twice as much as the rows.
    """
    rows = [(key, account, moment) for account, keys in through.items() for key in sorted(keys)]
    _BEGIN.run(connection)
    done = _TRY.run(connection, rows) == len(rows)
    if not done:
        _UNDO.run(connection)
    _END.run(connection)
    return done


def answers(connection: Connection, keys: Iterable[str]) -> dict[str, bytes | None]:
    """Return what was answered to each key that is known; None when nothing was stored."""
    by_digest = {digest(key): key for key in keys}
    found: dict[str, bytes | None] = {}
    for chunk in chunks(by_digest):
        rows = connection.execute(select(INBOX.c.key, INBOX.c.answer).where(INBOX.c.key.in_(chunk)))
        found.update((by_digest[row.key], row.answer) for row in rows)
    return found


def store_answers(connection: Connection, given: Mapping[str, bytes]) -> None:
    """Keep the bytes answered to each key, so that a retry gets the same ones."""
    _ANSWER.run(connection, [(answer, digest(key)) for key, answer in given.items()])


def quarantine(
    connection: Connection, key: str, account: str, reason: str, body: bytes, now: datetime
) -> None:
    """Put aside what was authentic but could not be understood or handled."""
    connection.execute(
        QUARANTINE.insert(),
        {
            "key": digest(key),
            "account": account,
            "received_at": now,
            "reason": reason,
            "body": body,
            "resolved_at": None,
        },
    )


def forget_answers(connection: Connection, keys: Iterable[str]) -> None:
    """Blank the answers to these keys; the keys stay, so that a retry still has no effect."""
    for chunk in chunks(digest(key) for key in keys):
        connection.execute(update(INBOX).where(INBOX.c.key.in_(chunk)).values(answer=None))
        connection.execute(delete(QUARANTINE).where(QUARANTINE.c.key.in_(chunk)))


def prune(connection: Connection, now: datetime, keep: timedelta) -> int:
    """Forget keys older than `keep` and return how many; at least 7 days, or an old retry counts again."""
    done = connection.execute(delete(INBOX).where(INBOX.c.received_at < now - keep))
    return done.rowcount


def _noting(connection: Connection) -> Any:
    """A list of keys in, those that were new out; one text whatever the length."""
    moment = bindparam("at", type_=INBOX.c.received_at.type)
    account, done = bindparam("account", type_=String), literal_column("'done'", String)
    rows = select(each_of(connection, "keys"), account, moment, done).where(true())
    return (
        insert_for(connection, INBOX)
        .from_select(["key", "account", "received_at", "state"], rows)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(INBOX.c.key)
    )


_NOTE = Query(_noting)
_ANSWER = Bulk(
    lambda _: update(INBOX).where(INBOX.c.key == bindparam("digest")).values(answer=bindparam("bytes")),
    "bytes",
    "digest",
)
# SQLAlchemy's own savepoints would cost more than the rows.
_BEGIN = Change(lambda _: text("SAVEPOINT noting"))
_UNDO = Change(lambda _: text("ROLLBACK TO noting"))
_END = Change(lambda _: text("RELEASE noting"))
_TRY = Valued(
    lambda c: (
        insert_for(c, INBOX)
        .values(
            key=bindparam("key"),
            account=bindparam("account"),
            received_at=bindparam("at"),
            state=literal_column("'done'"),
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .inline()
    ),
    "key",
    "account",
    "at",
)


def digest(key: str) -> str:
    """Return what stands for a key: platforms build theirs from the member's address.

    A key that says where it stands in time keeps that in front, so that new ones lie beside each other.
    """
    order = _ORDER.search(key)
    whole = blake2b(key.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return whole if order is None else order[1] + whole
