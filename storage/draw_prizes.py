"""Handing out what was drawn: points, coupons, or nothing; once for each entry."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.activities import Points
from bot.domain.activities.drawing import NOTHING
from bot.domain.coupons import Coupon, CouponClaim
from bot.domain.effects import Effect, Emit
from bot.domain.events import COUPON_ISSUED, Scalar
from bot.domain.points import Change
from storage import coupons, points
from storage.coupon_stock import COUPON
from storage.draws import ENTRY, PRIZE
from storage.point_wishes import levelled
from storage.tables import table
from storage.tables.points import PointChangeRow

CAUSE = "prize"
GIVEN = "given"
CHANGE = table(PointChangeRow)
# What an entry's prize is called in its ledger: the entry's key and this.
IN_POINTS, IN_COUPONS = "#prize", "#coupon"


@dataclass(frozen=True, slots=True)
class Prize:
    """What an entry drew: a prize by its name, for whom, under which key."""

    draw: str
    name: str
    member_id: int
    key: str
    basis: str
    terms: Points


@dataclass(slots=True)
class Handed:
    """What was handed out: ``given`` or why not, what is told of it, what happened besides."""

    outcome: str
    facts: dict[str, Scalar] = field(default_factory=dict)
    followed: tuple[Effect, ...] = ()


def hand_out(connection: Connection, prize: Prize, now: datetime) -> Handed:
    """Give a prize; a coupon that is sold out, or more than one may have, becomes nothing."""
    kind, _, what = prize.name.partition(".")
    if kind == "points":
        handed = _points(connection, prize, int(what), now)
    elif kind == "coupon":
        handed = _coupon(connection, prize, what, now)
    else:
        return Handed("", {"prize": NOTHING})
    if handed.outcome == GIVEN:
        mine = (PRIZE.c.draw == prize.draw, PRIZE.c.prize == prize.name)
        connection.execute(update(PRIZE).where(*mine).values(given=PRIZE.c.given + 1))
    return handed


def _points(connection: Connection, prize: Prize, worth: int, now: datetime) -> Handed:
    wish = Change(f"{prize.key}{IN_POINTS}", prize.member_id, worth, CAUSE, prize.draw)
    (changed,) = points.change(connection, [wish], prize.terms, now)
    facts: dict[str, Scalar] = {"prize": "points", "worth": worth}
    return Handed(GIVEN, facts, levelled(prize.member_id, wish.key, changed, now))


def _coupon(connection: Connection, prize: Prize, batch: str, now: datetime) -> Handed:
    key = f"{prize.key}{IN_COUPONS}"
    claim = CouponClaim(key, batch, prize.member_id, prize.basis)
    given = coupons.issue(connection, [claim], now)[key]
    if not isinstance(given, Coupon):
        return Handed(given.value, {"prize": NOTHING})
    about: dict[str, Scalar] = {"coupon": batch, "basis": prize.basis}
    issued = Emit(prize.member_id, COUPON_ISSUED, f"{key}#issued", now, about)
    return Handed(GIVEN, {"prize": "coupon", "key": key, "batch": batch}, (issued,))


def ledger_keys(connection: Connection, draw: str) -> set[str]:
    """Return the keys of the entries of a draw whose prize stands in the ledger of coupons or of points."""
    ledgers = ((COUPON, IN_COUPONS), (CHANGE, IN_POINTS))
    found: set[str] = set()
    for book, mark in ledgers:
        there = select(ENTRY.c.key).join(book, book.c.key == ENTRY.c.key + mark)
        found |= set(connection.execute(there.where(ENTRY.c.draw == draw)).scalars())
    return found
