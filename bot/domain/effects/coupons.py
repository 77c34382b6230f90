"""Effects on coupons, and attempts whose outcome decides what follows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.domain.value import value

if TYPE_CHECKING:
    from bot.domain.effects import Effect


@value
class IssueCoupon:
    """Give the member a coupon of this batch; `key` makes repeating harmless.

    `promised_by` (rule, step) asks storage to check that this message was sent to the member, within
    `lasts` before now; without it nothing is asked.
    """

    member_id: int
    batch: str
    basis: str
    key: str
    at: datetime
    promised_by: tuple[str, str] | None = None
    lasts: timedelta | None = None


@value
class RedeemCoupon:
    """The shop took this code for an order; a code that is not issued changes nothing."""

    member_id: int
    code: str
    order_id: str
    amount: int
    at: datetime


@value
class RefundCoupon:
    """The shop paid an order back, wholly or in part; the coupon it used is noted as such. `amount` in 分."""

    member_id: int
    order_id: str
    amount: int
    at: datetime


class Action(Protocol):
    """What may be attempted: some member's, at some moment. `storage.attempts.RESOLVERS` knows each kind."""

    @property
    def member_id(self) -> int:
        """Return whose it is."""
        ...

    @property
    def at(self) -> datetime:
        """Return when."""
        ...


@value
class Attempt:
    """An action whose outcome decides what is said; storage resolves it inside the transaction.

    `action` is done; on success the effects of `ok` follow, else those filed under the failure's
    reason (``sold_out``, ``limit``, ``expired``, ``closed``), else those under ``otherwise``. A `Reply` or
    `Emit` among them is told the facts of the outcome, as context or properties.
    """

    action: Action
    ok: tuple["Effect", ...]
    failed: Mapping[str, tuple["Effect", ...]]
