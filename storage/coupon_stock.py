"""Taking codes out of a batch's stock, and importing them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.domain.coupons import Coupon, CouponClaim, CouponState
from storage import cash_grants
from storage.coupon_trail import note, note_codes
from storage.dialect import chunks
from storage.reading import stamper
from storage.tables import table
from storage.tables.delivery import CouponBatchRow, CouponRow
from storage.writing import Change

BATCH = table(CouponBatchRow)
COUPON = table(CouponRow)
LONGEST_CODE = 64


@dataclass(slots=True)
class Import:
    """What became of a file of codes: how many went in, and each line that did not, with the reason."""

    added: int = 0
    problems: list[str] = field(default_factory=list)


def take(
    connection: Connection,
    batch: Any,
    claims: Sequence[CouponClaim],
    state: CouponState,
    valid: timedelta,
    now: datetime,
    new_code: Callable[[], str],
) -> dict[str, Coupon]:
    """Take one code per claim while stock lasts, first come first served; `batch` is its locked row."""
    served = list(claims)[: max(0, batch.stock - batch.taken)]
    if not served:
        return {}
    given = _pile(connection, batch, served, state, valid, now) if batch.imported else None
    if given is None:
        given = _make(connection, batch, served, state, valid, now, new_code)
    connection.execute(
        update(BATCH).where(BATCH.c.name == batch.name).values(taken=BATCH.c.taken + len(given))
    )
    if batch.terms.get("cash"):
        cash_grants.ask(connection, batch.name, [one.code for one in given.values()], now)
    return given


def import_codes(connection: Connection, name: str, lines: Sequence[str], now: datetime) -> Import:
    """Add codes to a batch; empty, over-long and repeated lines are reported by number, never fatal."""
    result = Import()
    wanted: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        code = line.lstrip("\ufeff").partition(",")[0].strip().strip('"')
        if not code or (number == 1 and code.casefold() == "code"):
            continue
        if len(code) > LONGEST_CODE or not code.isprintable():
            result.problems.append(f"line {number}: not a code")
        elif code in wanted:
            result.problems.append(f"line {number}: the same code as line {wanted[code]}")
        else:
            wanted[code] = number
    known = _known_codes(connection, wanted)
    result.problems += [
        f"line {number}: this code is in the ledger already"
        for code, number in wanted.items()
        if code in known and known[code] != name
    ]
    fresh = [code for code in wanted if code not in known]
    for chunk in chunks(fresh):
        connection.execute(
            COUPON.insert(),
            [{"batch": name, "code": code, "state": CouponState.FREE, **_BLANK} for code in chunk],
        )
    result.added = len(fresh)
    connection.execute(update(BATCH).where(BATCH.c.name == name).values(stock=BATCH.c.stock + len(fresh)))
    return result


_BLANK = {
    "member_id": None,
    "key": None,
    "basis": "",
    "at": None,
    "taken_at": None,
    "issued_at": None,
    "expires_at": None,
    "redeemed_at": None,
    "order_id": "",
    "amount": 0,
}


def _row(claim: CouponClaim, state: CouponState, valid: timedelta, now: datetime) -> dict[str, Any]:
    issued = state is CouponState.ISSUED
    return {
        **_BLANK,
        "state": state,
        "member_id": claim.member_id,
        "key": claim.key,
        "basis": claim.basis,
        "at": now,
        "taken_at": now,
        "issued_at": now if issued else None,
        "expires_at": now + valid,
    }


def _make(
    connection: Connection,
    batch: Any,
    claims: Sequence[CouponClaim],
    state: CouponState,
    valid: timedelta,
    now: datetime,
    new_code: Callable[[], str],
) -> dict[str, Coupon]:
    stamp = stamper(connection)
    times = {"new_at": stamp(now), "new_taken_at": stamp(now), "new_expires_at": stamp(now + valid)}
    times["new_issued_at"] = times["new_at"] if state is CouponState.ISSUED else None
    common = {"new_batch": batch.name, "new_state": state.value, **times}
    rows = [
        {
            "new_code": new_code(),
            "new_key": claim.key,
            "new_member_id": claim.member_id,
            "new_basis": claim.basis,
            **common,
        }
        for claim in claims
    ]
    _MAKE.many(connection, rows)
    note_codes(connection, [row["new_code"] for row in rows], state, "claim", now)
    return {
        claim.key: Coupon(row["new_code"], batch.name, claim.member_id, state, now + valid)
        for claim, row in zip(claims, rows, strict=True)
    }


def _pile(
    connection: Connection,
    batch: Any,
    claims: Sequence[CouponClaim],
    state: CouponState,
    valid: timedelta,
    now: datetime,
) -> dict[str, Coupon]:
    free = connection.execute(
        select(COUPON.c.id, COUPON.c.code)
        .where(COUPON.c.batch == batch.name, COUPON.c.state == CouponState.FREE)
        .order_by(COUPON.c.id)
        .limit(len(claims))
        .with_for_update(skip_locked=True)
    ).all()
    pairs = list(zip(claims, free, strict=False))
    if not pairs:
        return {}
    names = [name for name in _row(claims[0], state, valid, now) if name not in {"order_id", "amount"}]
    connection.execute(
        update(COUPON)
        .where(COUPON.c.id == bindparam("this"))
        .values({name: bindparam(f"new_{name}") for name in names}),
        [
            {"this": row.id, **{f"new_{name}": _row(claim, state, valid, now)[name] for name in names}}
            for claim, row in pairs
        ],
    )
    note(connection, [(row.id, state, "claim") for _, row in pairs], now)
    return {
        claim.key: Coupon(row.code, batch.name, claim.member_id, state, now + valid) for claim, row in pairs
    }


def _known_codes(connection: Connection, codes: dict[str, int]) -> dict[str, str]:
    known: dict[str, str] = {}
    for chunk in chunks(codes):
        rows = connection.execute(select(COUPON.c.code, COUPON.c.batch).where(COUPON.c.code.in_(chunk)))
        known.update((row.code, row.batch) for row in rows)
    return known


_FILLED = (
    "batch", "code", "state", "member_id", "key", "basis", "at", "taken_at", "issued_at", "expires_at",
)  # fmt: skip
_MAKE = Change(
    lambda _c: insert(COUPON).values(
        {name: bindparam(f"new_{name}") for name in _FILLED} | {"order_id": "", "amount": 0}
    )
)
