"""Points that run out: told of before, and what was not spent in time goes, what ends soonest first."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.points import EXPIRED, Change
from storage.dialect import lock_members
from storage.points import ACCOUNT, accounts_of, left, row_of, write


def next_expiry(connection: Connection) -> datetime | None:
    """Return when the next points run out, or a little earlier."""
    found: datetime | None = connection.execute(
        select(func.min(ACCOUNT.c.expires_at, type_=ACCOUNT.c.expires_at.type))
    ).scalar()
    return found


def expire(connection: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Let points run out whose time passed, of so many members; return (member id, points) of each."""
    due = select(ACCOUNT.c.member_id).where(ACCOUNT.c.expires_at <= now).order_by(ACCOUNT.c.expires_at)
    ids = sorted(connection.execute(due.limit(limit)).scalars())
    lock_members(connection, ids)
    gone: list[tuple[int, int]] = []
    for member_id, account in accounts_of(connection, ids).items():
        standing = left(connection, member_id)
        over = sum(amount for amount, end in standing if end is not None and end <= now)
        ends = [end for _, end in standing if end is not None and end > now]
        account.expires_at = min(ends, default=None)
        rows = []
        if over:
            account.balance -= over
            key = f"expire:{member_id}:{now.isoformat()}"
            rows = [row_of(Change(key, member_id, -over, EXPIRED), -over, None, now)]
            gone.append((member_id, over))
        write(connection, rows, (), [account])
    return gone


def running_out(
    connection: Connection, since: datetime, until: datetime
) -> Iterator[tuple[int, int, datetime]]:
    """Yield who has points that end within a span, how many, and when the first of them do."""
    due = select(ACCOUNT.c.member_id).where(ACCOUNT.c.expires_at < until).order_by(ACCOUNT.c.member_id)
    for member_id in connection.execute(due).scalars().all():
        ends = [(amount, end) for amount, end in left(connection, member_id) if end is not None]
        soon = [(amount, end) for amount, end in ends if since <= end < until]
        if soon:
            yield member_id, sum(amount for amount, _ in soon), min(end for _, end in soon)
