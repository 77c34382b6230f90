"""What a coupon is worth and who may have one."""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.payments import CashStock
from bot.domain.value import value


class CouponState(StrEnum):
    """Where a code stands."""

    FREE = "free"  # in stock
    RESERVED = "reserved"  # set aside for a message that is about to leave
    ISSUED = "issued"  # the member has it
    REDEEMED = "redeemed"  # used
    EXPIRED = "expired"  # its time passed unused
    RETURNED = "returned"  # the message did not leave; the code goes back to stock
    REVOKED = "revoked"  # taken back by an operator or by erasure
    REFUNDED = "refunded"  # used, then the order was refunded


class Refusal(StrEnum):
    """Why a coupon could not be given."""

    SOLD_OUT = "sold_out"
    LIMIT = "limit"
    CLOSED = "closed"
    EXPIRED = "expired"
    NOT_OFFERED = "not_offered"


@value
class MemberLimit:
    """At most `count` per member, within a rolling window or for ever."""

    count: int
    window: timedelta | None = None


@value
class CouponBatch:
    """A batch as configured; money in minor units (分), `percent_off` in whole percent.

    With `cash` another house hands its coupons out and honours them.
    """

    name: str
    title: str
    valid: timedelta
    amount_off: int = 0
    percent_off: int = 0
    max_off: int = 0
    min_spend: int = 0
    stock: int = 0
    codes_file: str = ""
    per_member: MemberLimit | None = None
    low_stock: int = 0
    budget: int = 0
    cash: CashStock | None = None

    @property
    def affordable(self) -> int | None:
        """Return how many the budget pays for at the most each may take off, None for any number."""
        each = self.amount_off or self.max_off
        return self.budget // each if self.budget and each else None


@value
class CouponClaim:
    """A wish for one coupon; `key` makes repeating harmless."""

    key: str
    batch: str
    member_id: int
    basis: str = ""


@value
class Coupon:
    """A coupon in a member's hand."""

    code: str
    batch: str
    member_id: int
    state: CouponState
    expires_at: datetime


def worth(batch: CouponBatch, amount: int) -> int:
    """Return what a coupon takes off an order, in 分; off one of unknown amount the most it may."""
    if batch.amount_off:
        return batch.amount_off
    off = amount * batch.percent_off // 100 if amount else batch.max_off
    return min(off, batch.max_off) if batch.max_off else off
