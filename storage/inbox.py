"""What was accepted: each key once, its answer kept for the platform's retry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.dialect import chunks, insert_for, inserted
from storage.tables import table
from storage.tables.events import InboxRow, QuarantineRow

INBOX = table(InboxRow)
QUARANTINE = table(QuarantineRow)


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """The key of something accepted and the account it came through."""

    key: str
    account: str


def append(connection: Connection, entries: Sequence[InboxEntry], now: datetime) -> set[str]:
    """Note each key and return the new ones; a key that was there already is a platform's retry."""
    by_digest = {digest(entry.key): entry for entry in entries}
    rows = [
        {"key": key, "account": by_digest[key].account, "received_at": now, "state": "done", "answer": None}
        for key in sorted(by_digest)
    ]
    statement = insert_for(connection, INBOX).on_conflict_do_nothing(index_elements=["key"])
    return {by_digest[key].key for key in inserted(connection, statement, rows, INBOX.c.key)}


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
    if given:
        connection.execute(
            update(INBOX).where(INBOX.c.key == bindparam("digest")).values(answer=bindparam("bytes")),
            [{"digest": digest(key), "bytes": answer} for key, answer in given.items()],
        )


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


def digest(key: str) -> str:
    """Return what stands for a key: platforms build theirs from the member's address."""
    return blake2b(key.encode(errors="surrogatepass"), digest_size=16).hexdigest()
