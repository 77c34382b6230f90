"""The coupon ledger: a code is in one state at a time, and no more leave a batch than it has or can afford.

Claims of one batch are served in turn: its row is locked first, so that no counting can be overtaken.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from secrets import randbits
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, select, update

from bot.domain.coupons import Coupon, CouponBatch, CouponClaim, CouponState, Refusal
from storage import announcements
from storage.coupon_stock import BATCH, COUPON, take
from storage.coupon_terms import Terms, terms_by_name, terms_of, within_limit
from storage.coupon_trail import note, note_codes
from storage.dialect import chunks, listed, unindexed, within
from storage.reading import Query, moment_decoder, stamper
from storage.writing import Change

# 32 letters without 0/O and 1/I, 13 of them: 65 bits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 13

Outcome = Coupon | Refusal


def make_code() -> str:
    """Return a fresh code of 65 unguessable bits."""
    bits = randbits(5 * LENGTH)
    return "".join(ALPHABET[bits >> at & 31] for at in range(0, 5 * LENGTH, 5))


def sync(connection: Connection, batches: Iterable[CouponBatch]) -> None:
    """Make the ledger know the configured batches; stock never falls below what was taken already."""
    known = {row.name: row for row in connection.execute(select(BATCH)).all()}
    for batch in batches:
        row = known.get(batch.name)
        taken = row.taken if row is not None else 0
        stock = row.stock if batch.codes_file and row is not None else max(batch.stock, taken)
        values = {"stock": stock, "imported": bool(batch.codes_file), "terms": terms_of(batch)}
        if row is None:
            connection.execute(BATCH.insert(), {"name": batch.name, "taken": 0, **values})
        else:
            connection.execute(update(BATCH).where(BATCH.c.name == batch.name).values(values))


def reserve(
    connection: Connection,
    claims: Sequence[CouponClaim],
    now: datetime,
    new_code: Callable[[], str] = make_code,
) -> dict[str, Outcome]:
    """Set a code aside for each claim; a key that has one keeps it. Refused claims get the reason."""
    return _claim(connection, claims, CouponState.RESERVED, now, new_code)


def issue(
    connection: Connection,
    claims: Sequence[CouponClaim],
    now: datetime,
    new_code: Callable[[], str] = make_code,
) -> dict[str, Outcome]:
    """Give a code to each claim at once; a key that has one gets the same code again."""
    return _claim(connection, claims, CouponState.ISSUED, now, new_code)


def confirm(connection: Connection, keys: Sequence[str], now: datetime) -> list[Coupon]:
    """Turn reservations into coupons the members have: their messages left."""
    rows = _RESERVED.rows(connection, keys=listed(connection, keys))
    if not rows:
        return []
    terms = terms_by_name(connection, {batch for _, batch, _, _ in rows})
    given = [
        Coupon(code, batch, member_id, CouponState.ISSUED, now + terms[batch].valid)
        for _, batch, code, member_id in rows
    ]
    stamp = stamper(connection)
    _ISSUE.many(
        connection,
        [{"given": one.code, "since": stamp(now), "until": stamp(one.expires_at)} for one in given],
    )
    note_codes(connection, [one.code for one in given], CouponState.ISSUED, "sent", now)
    keyed = zip((key for key, _, _, _ in rows), given, strict=True)
    announcements.coupons_issued(connection, keyed, now)
    return given


def give_back(connection: Connection, keys: Sequence[str], now: datetime) -> int:
    """Return reservations to stock: their messages did not leave. Returns how many."""
    rows = _rows(connection, keys, CouponState.RESERVED)
    imported = _imported(connection, {row.batch for row in rows})
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.batch] = counts.get(row.batch, 0) + 1
        # A generated code is spent for ever; an imported one goes back to the pile.
        state = CouponState.FREE if imported[row.batch] else CouponState.RETURNED
        connection.execute(
            update(COUPON).where(COUPON.c.id == row.id).values(state=state, key=None, member_id=None, at=now)
        )
        note(connection, [(row.id, CouponState.RETURNED, "not_sent")], now)
    for name, count in sorted(counts.items()):
        connection.execute(update(BATCH).where(BATCH.c.name == name).values(taken=BATCH.c.taken - count))
    return len(rows)


def _claim(
    connection: Connection,
    claims: Sequence[CouponClaim],
    state: CouponState,
    now: datetime,
    new_code: Callable[[], str],
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    by_batch: dict[str, list[CouponClaim]] = {}
    for one in claims:
        by_batch.setdefault(one.batch, []).append(one)
    for name in sorted(by_batch):
        outcomes.update(_claim_batch(connection, name, by_batch[name], state, now, new_code))
    return outcomes


def _claim_batch(
    connection: Connection,
    name: str,
    claims: Sequence[CouponClaim],
    state: CouponState,
    now: datetime,
    new_code: Callable[[], str],
) -> dict[str, Outcome]:
    batch = connection.execute(select(BATCH).where(BATCH.c.name == name).with_for_update()).one_or_none()
    if batch is None:
        return {claim.key: Refusal.CLOSED for claim in claims}
    outcomes: dict[str, Outcome] = dict(_known(connection, claims))
    terms = Terms.of(batch.terms)
    fresh = {claim.key: claim for claim in claims if claim.key not in outcomes}
    left = (batch.stock if terms.most is None else min(batch.stock, terms.most)) - batch.taken
    if left <= 0:
        return outcomes | dict.fromkeys(fresh, Refusal.SOLD_OUT)
    allowed = within_limit(connection, name, list(fresh.values()), terms, now, outcomes)
    taken = take(connection, batch, allowed[:left], state, terms.valid, now, new_code)
    for claim in allowed:
        outcomes[claim.key] = taken.get(claim.key, Refusal.SOLD_OUT)
    return outcomes


def _known(connection: Connection, claims: Sequence[CouponClaim]) -> dict[str, Coupon]:
    keys, moment = listed(connection, [claim.key for claim in claims]), moment_decoder(connection)
    return {
        key: Coupon(code, batch, member_id, CouponState(state), moment(until))
        for key, code, batch, member_id, state, until in _BY_KEY.rows(connection, keys=keys)
    }


def _rows(connection: Connection, keys: Sequence[str], state: CouponState) -> list[Any]:
    rows: list[Any] = []
    for chunk in chunks(keys):
        found = select(COUPON).where(COUPON.c.key.in_(chunk), COUPON.c.state == state).order_by(COUPON.c.id)
        rows.extend(connection.execute(found).all())
    return rows


def _imported(connection: Connection, names: Iterable[str]) -> dict[str, bool]:
    rows = connection.execute(
        select(BATCH.c.name, BATCH.c.imported)
        .where(BATCH.c.name.in_(sorted(names)))
        .order_by(BATCH.c.name)
        .with_for_update()
    )
    return {row.name: row.imported for row in rows}


_BY_KEY = Query(
    lambda c: select(
        COUPON.c.key, COUPON.c.code, COUPON.c.batch, COUPON.c.member_id, COUPON.c.state, COUPON.c.expires_at
    ).where(within(c, COUPON.c.key, "keys"))
)
_RESERVED = Query(
    lambda c: (
        select(COUPON.c.key, COUPON.c.batch, COUPON.c.code, COUPON.c.member_id)
        .where(
            within(c, COUPON.c.key, "keys"),
            unindexed(c, COUPON.c.state) == literal_column(f"'{CouponState.RESERVED}'"),
        )
        .order_by(COUPON.c.id)
    )
)
_ISSUE = Change(
    lambda _c: (
        update(COUPON)
        .where(COUPON.c.code == bindparam("given"))
        .values(
            state=literal_column(f"'{CouponState.ISSUED}'"),
            issued_at=bindparam("since"),
            at=bindparam("since"),
            expires_at=bindparam("until"),
        )
    )
)
