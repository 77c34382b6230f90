"""Operators: bound by a one-time code said through their own account, listed, and sent away again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from bot.domain.identity import Identity, split
from storage.dialect import replacing, upsert
from storage.privacy import ring_of
from storage.tables import table
from storage.tables.operations import BindingCodeRow, OperatorRow

OPERATOR = table(OperatorRow)
CODE = table(BindingCodeRow)
LASTS = timedelta(minutes=10)
# 32 letters without 0/O and 1/I, 10 of them: 50 bits, for ten minutes, behind a throttled word.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 10


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who may command: by authenticated platform identity only."""

    known_as: Identity
    name: str
    role: str
    bound_at: datetime
    revoked_at: datetime | None = None


def offer(
    connection: Connection, account: str, role: str, now: datetime, choose: Callable[[str], str]
) -> tuple[str, datetime]:
    """Return a fresh code and when it ends; only its keyed hash is kept. `choose` picks a letter."""
    code = "".join(choose(ALPHABET) for _ in range(LENGTH))
    until = now + LASTS
    row = {
        "digest": _digest(connection, code),
        "role": role,
        "account": account,
        "expires_at": until,
        "used_at": None,
    }
    connection.execute(CODE.insert(), row)
    return code, until


def bind(connection: Connection, code: str, known_as: Identity, now: datetime, name: str = "") -> str | None:
    """Make an operator of whoever said this code through its account; return the role, None if it is no good.

    A code serves once: of two who say it at one time the second gets nothing.
    """
    account = split(known_as)[0]
    used = connection.execute(
        update(CODE)
        .where(
            CODE.c.digest == _digest(connection, code.strip().upper()),
            CODE.c.account == account,
            CODE.c.used_at.is_(None),
            CODE.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(CODE.c.role)
    ).scalar()
    if used is None:
        return None
    row = {"known_as": known_as, "name": name, "role": used, "bound_at": now, "revoked_at": None}
    change = replacing("name", "role", "bound_at", "revoked_at")
    upsert(connection, OPERATOR, [row], ["known_as"], change)
    return str(used)


def listed(connection: Connection, *, revoked: bool = False) -> list[Operator]:
    """Return the operators, longest bound first; those sent away too if `revoked`."""
    statement = select(OPERATOR).order_by(OPERATOR.c.bound_at, OPERATOR.c.known_as)
    if not revoked:
        statement = statement.where(OPERATOR.c.revoked_at.is_(None))
    return [
        Operator(row.known_as, row.name, row.role, row.bound_at, row.revoked_at)
        for row in connection.execute(statement)
    ]


def find(connection: Connection, known_as: Identity) -> Operator | None:
    """Return the operator with this identity, None when nobody has it or they were sent away."""
    row = connection.execute(
        select(OPERATOR).where(OPERATOR.c.known_as == known_as, OPERATOR.c.revoked_at.is_(None))
    ).one_or_none()
    return Operator(row.known_as, row.name, row.role, row.bound_at) if row is not None else None


def revoke(connection: Connection, known_as: Identity, now: datetime) -> bool:
    """Let somebody command no more; tell whether they could."""
    gone = connection.execute(
        update(OPERATOR)
        .where(OPERATOR.c.known_as == known_as, OPERATOR.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return gone.rowcount == 1


def _digest(connection: Connection, code: str) -> str:
    return ring_of(connection).blind("binding code", code)
