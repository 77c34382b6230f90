"""Coupon batches."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainValidator, model_validator

from bot.config.places import located
from bot.config.sections.base import Section
from bot.config.sections.fields import Duration, Money, Name, Natural, PerMember, PlatformId, Text
from bot.domain.coupons import CouponBatch, MemberLimit
from bot.domain.payments import CashStock

CSV = "csv:"


def _stock(value: object) -> int | str:
    """Return how many codes we make, or the file that lists them."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**8:
        return value
    if isinstance(value, str) and re.fullmatch(rf"{CSV}[^\0]+\.csv", value):
        return value
    raise ValueError('write how many, or "csv:FILE.csv"')


class CashSection(Section):
    """`cash:` of a coupon: the stock of a payment; `note` stands where a code would."""

    payment: Name
    stock: PlatformId
    note: Text


class CouponSection(Section):
    """One entry of `coupons:`; amounts in yuan."""

    title: Text
    amount_off: Money | None = None
    percent_off: Annotated[int, Field(ge=1, le=99)] | None = None
    max_off: Money = 0
    min_spend: Money = 0
    stock: Annotated[int | str, PlainValidator(_stock)]
    valid: Duration
    per_member: PerMember | None = None
    low_stock: Natural = 0
    budget: Money = 0
    cash: CashSection | None = None

    @model_validator(mode="after")
    def _is_worth_something(self) -> "CouponSection":
        """Refuse a coupon worth nothing, or worth two things, or more than the purchase."""
        if (self.amount_off is None) == (self.percent_off is None):
            raise ValueError("a coupon has either amount_off or percent_off")
        if self.amount_off == 0:
            raise ValueError("amount_off must be more than 0")
        if self.max_off and self.percent_off is None:
            raise ValueError("max_off goes with percent_off")
        if self.amount_off and 0 < self.min_spend < self.amount_off:
            raise ValueError("min_spend is less than amount_off")
        if self.budget and self.percent_off is not None and not self.max_off:
            raise ValueError("a budget needs to know what one may cost; write max_off")
        if self.cash is not None and (self.amount_off is None or not isinstance(self.stock, int)):
            raise ValueError("cash takes a fixed amount_off off and has no file of codes; stock is a number")
        if isinstance(self.stock, int) and self.low_stock > self.stock:
            raise ValueError("low_stock is more than stock")
        return self

    @property
    def codes_file(self) -> str:
        """Return the file that lists the codes, empty when we make them."""
        return self.stock.removeprefix(CSV) if isinstance(self.stock, str) else ""

    def built(self, name: str, home: Path) -> CouponBatch:
        """Return it frozen; `home` is the folder of the configuration."""
        return CouponBatch(
            name=name,
            title=self.title,
            valid=self.valid,
            amount_off=self.amount_off or 0,
            percent_off=self.percent_off or 0,
            max_off=self.max_off,
            min_spend=self.min_spend,
            stock=0 if isinstance(self.stock, str) else self.stock,
            codes_file=str(located(self.codes_file, home)) if self.codes_file else "",
            per_member=MemberLimit(*self.per_member) if self.per_member else None,
            low_stock=self.low_stock,
            budget=self.budget,
            cash=CashStock(self.cash.payment, self.cash.stock, self.cash.note) if self.cash else None,
        )
