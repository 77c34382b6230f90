"""The ledger of points: append-only, never below zero, each change once; the balance kept beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, select

from bot.domain.activities import Points
from bot.domain.points import ORDER, REFUND, TOO_FEW, Change, Changed, level_of, unspent
from storage.dialect import chunks, lock_members, replacing, upsert
from storage.reading import Query
from storage.tables import table
from storage.tables.points import LevelChangeRow, PointAccountRow, PointChangeRow

CHANGE = table(PointChangeRow)
ACCOUNT = table(PointAccountRow)
LEVEL = table(LevelChangeRow)


@dataclass(slots=True)
class _Account:
    """What a member has, as it is being changed."""

    member_id: int
    balance: int = 0
    earned: int = 0
    level: str = ""
    level_since: datetime | None = None
    expires_at: datetime | None = None

    def row(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class _Ledger:
    """Changes to some members' accounts, gathered until they are written."""

    def __init__(
        self, connection: Connection, changes: Sequence[Change], terms: Points, now: datetime
    ) -> None:
        self._terms, self._now = terms, now
        self.accounts = accounts_of(connection, sorted({one.member_id for one in changes}))
        self._known = _known(connection, [one.key for one in changes])
        self.rows: list[dict[str, Any]] = []
        self.levels: list[dict[str, Any]] = []

    def make(self, one: Change) -> Changed:
        """Make one change, or refuse it."""
        account, terms, now = self.accounts[one.member_id], self._terms, self._now
        if one.key in self._known:
            return Changed("", account.balance, account.level, repeated=True)
        delta = max(one.delta, -account.balance) if one.cause == REFUND else one.delta
        if account.balance + delta < 0:
            return Changed(TOO_FEW, account.balance, account.level)
        self._known.add(one.key)
        ends = now + terms.expire if delta > 0 and terms.expire is not None else None
        self.rows.append(row_of(one, delta, ends, now))
        was = account.level
        _apply(account, one, delta, ends, terms, now)
        if account.level != was:
            self.levels.append({"member_id": one.member_id, "at": now, "level": account.level, "was": was})
        risen = _height(account.level, terms) > _height(was, terms)
        return Changed("", account.balance, account.level, risen=risen, delta=delta)


def change(connection: Connection, changes: Sequence[Change], terms: Points, now: datetime) -> list[Changed]:
    """Make the changes in their order; one that cannot be paid for is refused alone.

    What comes ends after `terms.expire`. What a refund takes back is at most what is there. A known key
    changes nothing and tells so.
    """
    lock_members(connection, {one.member_id for one in changes})
    ledger = _Ledger(connection, changes, terms, now)
    found = [ledger.make(one) for one in changes]
    if ledger.rows:
        write(connection, ledger.rows, ledger.levels, ledger.accounts.values())
    return found


def any_known(connection: Connection, keys: Iterable[str]) -> bool:
    """Return whether any of these changes was made."""
    return bool(_known(connection, keys))


def balance(connection: Connection, member_id: int) -> int:
    """Return what a member has now."""
    return accounts_of(connection, [member_id])[member_id].balance


def standing(connection: Connection, member_id: int) -> tuple[str, int]:
    """Return a member's level and balance."""
    found = _STANDING.rows(connection, member=member_id)
    return (str(found[0][0]), int(found[0][1])) if found else ("", 0)


def earned(connection: Connection, member_id: int) -> int:
    """Return all that ever came to a member, less what refunds took back; levels go by it."""
    return accounts_of(connection, [member_id])[member_id].earned


def of_order(connection: Connection, member_id: int, order_id: str) -> tuple[int, int]:
    """Return what an order brought a member, and what refunds of it took back so far."""
    mine = (
        CHANGE.c.member_id == member_id,
        CHANGE.c.reference == order_id,
        CHANGE.c.cause.in_([ORDER, REFUND]),
    )
    rows = connection.execute(
        select(CHANGE.c.cause, func.sum(CHANGE.c.delta)).where(*mine).group_by(CHANGE.c.cause)
    )
    found = {str(cause): int(total) for cause, total in rows}
    return found.get(ORDER, 0), -found.get(REFUND, 0)


def left(connection: Connection, member_id: int) -> list[tuple[int, datetime | None]]:
    """Return what a member has by when it ends, the soonest first."""
    rows = connection.execute(
        select(CHANGE.c.delta, CHANGE.c.expires_at)
        .where(CHANGE.c.member_id == member_id)
        .order_by(CHANGE.c.id)
    ).all()
    came = [(int(delta), end) for delta, end in rows if delta > 0]
    return unspent(came, -sum(int(delta) for delta, _ in rows if delta < 0))


def _apply(
    account: _Account, one: Change, delta: int, ends: datetime | None, terms: Points, now: datetime
) -> None:
    account.balance += delta
    account.earned += one.delta if delta > 0 or one.cause == REFUND else 0
    account.earned = max(account.earned, 0)
    level = level_of(account.earned, terms.levels) if terms.levels else account.level
    if level != account.level:
        account.level, account.level_since = level, now
    if ends is not None:
        account.expires_at = min(account.expires_at or ends, ends)


def _height(level: str, terms: Points) -> int:
    return list(terms.levels).index(level) if level in terms.levels else -1


def accounts_of(connection: Connection, ids: Iterable[int]) -> dict[int, _Account]:
    """Return the accounts of these members, an empty one where there is none."""
    found = {member_id: _Account(member_id) for member_id in ids}
    for chunk in chunks(found):
        for row in connection.execute(select(ACCOUNT).where(ACCOUNT.c.member_id.in_(chunk))):
            found[row.member_id] = _Account(*row)
    return found


def _known(connection: Connection, keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(keys):
        found.update(connection.execute(select(CHANGE.c.key).where(CHANGE.c.key.in_(chunk))).scalars())
    return found


def row_of(one: Change, delta: int, ends: datetime | None, now: datetime) -> dict[str, Any]:
    """Return a change as it is kept."""
    return {
        "key": one.key, "member_id": one.member_id, "at": now, "delta": delta, "cause": one.cause,
        "reference": one.reference, "expires_at": ends,
    }  # fmt: skip


def write(
    connection: Connection,
    rows: Sequence[Mapping[str, Any]],
    levels: Sequence[Mapping[str, Any]],
    accounts: Iterable[_Account],
) -> None:
    """Write changes, levels reached, and the accounts as they stand then."""
    if rows:
        connection.execute(CHANGE.insert(), list(rows))
    if levels:
        connection.execute(LEVEL.insert(), list(levels))
    names = ("balance", "earned", "level", "level_since", "expires_at")
    upsert(connection, ACCOUNT, [one.row() for one in accounts], ["member_id"], replacing(*names))


_STANDING = Query(
    lambda _c: select(ACCOUNT.c.level, ACCOUNT.c.balance).where(
        ACCOUNT.c.member_id == bindparam("member", type_=Integer)
    )
)
