"""Coupons in a forecast: what is left, who may have one, what using them costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.coupons import CouponBatch, Refusal, worth
from bot.domain.forecast.present import Stock
from bot.domain.forecast.series import COST, ISSUED, REDEEMED, REFUSED
from bot.domain.members import Holding
from bot.domain.value import evolve
from scheduler.forecast.being import Being
from scheduler.forecast.census import Census


@dataclass(slots=True)
class Coupons:
    """The ledger of a replicate; coupons are counted, no code is made up that anybody could use."""

    batches: Mapping[str, CouponBatch]
    stocks: Mapping[str, Stock]
    census: Census
    left: dict[str, int] = field(init=False)
    _made: int = 0

    def __post_init__(self) -> None:
        """Start with what is left now."""
        self.left = {name: one.stock - one.taken for name, one in self.stocks.items()}
        for name, batch in self.batches.items():
            self.left.setdefault(name, batch.stock)

    def refusal(self, being: Being, name: str, now: datetime) -> Refusal | None:
        """Return why the member cannot have one now, None when they can; the same order as the ledger's."""
        batch = self.batches.get(name)
        if batch is None or name not in self.left:
            return Refusal.CLOSED
        if self.left[name] <= 0:
            self.census.dry.setdefault(name, now)
            return Refusal.SOLD_OUT
        limit = batch.per_member
        if limit is None:
            return None
        times = being.had.get(name, [])
        had = len(times) if limit.window is None else sum(at > now - limit.window for at in times)
        return Refusal.LIMIT if had >= limit.count else None

    def take(self, being: Being, name: str, now: datetime) -> None:
        """Take one out of stock for the member."""
        self.left[name] -= 1
        being.had.setdefault(name, []).append(now)
        if self.left[name] <= 0:
            self.census.dry.setdefault(name, now)

    def give(self, being: Being, name: str, now: datetime) -> Holding:
        """Put a coupon that was taken into the member's hand."""
        self._made += 1
        holding = Holding(name, "issued", now, now + self.batches[name].valid, f"forecast-{self._made}")
        being.codes[holding.code] = name
        being.member = evolve(being.member, holdings={**being.member.holdings, name: holding})
        self.census.note(ISSUED, name, "", self.census.day(now))
        return holding

    def refuse(self, name: str, refusal: str, now: datetime) -> None:
        """Count a coupon that could not be had."""
        self.census.note(REFUSED, name, refusal, self.census.day(now))

    def redeem(self, being: Being, code: str, amount: int, now: datetime) -> None:
        """Mark a code as used by an order of so much; one that is not the member's changes nothing."""
        name = being.codes.get(code)
        holding = being.member.holdings.get(name or "")
        if name is None or holding is None or holding.code != code or holding.state != "issued":
            return
        if holding.expires_at is not None and holding.expires_at <= now:
            return
        del being.codes[code]
        used = evolve(holding, state="redeemed", at=now)
        being.member = evolve(being.member, holdings={**being.member.holdings, name: used})
        day = self.census.day(now)
        self.census.note(REDEEMED, name, "", day)
        self.census.note(
            COST, name, "", day, worth(self.batches[name], amount) if name in self.batches else 0
        )

    def expire(self, being: Being, code: str, now: datetime) -> str:
        """Let a code run out; return its batch, empty when it was used."""
        name = being.codes.pop(code, "")
        holding = being.member.holdings.get(name)
        if holding is not None and holding.code == code and holding.state == "issued":
            over = evolve(holding, state="expired", at=now)
            being.member = evolve(being.member, holdings={**being.member.holdings, name: over})
            return name
        return ""
