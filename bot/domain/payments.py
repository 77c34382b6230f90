"""Coupons that another house hands out and honours: WeChat Pay's 代金券.

Our ledger stays what says who may have one and how many there are; the other house is asked after the
commit, under a number that makes repeating harmless.
"""

from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.value import value


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """A merchant at WeChat Pay; its coupons go to followers of `account`, whose app id is `app_id`.

    `private_key` is the merchant's and `public_key` WeChat Pay's, both as PEM; `api_v3_key` opens what
    WeChat Pay tells.
    """

    name: str
    account: str
    app_id: str
    mch_id: str
    serial: str
    public_key_id: str
    private_key: str = field(repr=False)
    public_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    api_base: str = "https://api.mch.weixin.qq.com"


@value
class CashStock:
    """Where the coupons of a batch come from: the stock of a payment; `note` stands in a code's place."""

    payment: str
    stock_id: str
    note: str


@value
class CashWish:
    """One coupon for one follower; `number` makes repeating harmless."""

    address: str
    stock_id: str
    number: str


class CouponIssuer(Protocol):
    """Hands out coupons that another house honours. Codes of our own need none: the ledger's row is all."""

    async def grant(self, wish: CashWish) -> str:
        """Return the other house's id of the coupon; the same number brings the same coupon.

        Raises TryLater, AccountDisabled (an operator has to mend something), Undeliverable (never for this
        member), or OutcomeUnknown; after the last the same number may be tried again.
        """
        ...
