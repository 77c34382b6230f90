"""秒杀 and 拼团."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.config.sections.fields import Duration, Moment, Name, PerMember, Template, Text
from bot.config.sections.play.times import ActivitySection, begins, ends
from bot.domain.activities import FlashSale, GroupBuy
from bot.domain.coupons import MemberLimit


class FlashSaleSection(ActivitySection):
    """One entry of `activities.flash_sale`."""

    coupon: Name
    opens: Moment
    terms: Template

    def built(self, name: str, zone: ZoneInfo) -> FlashSale:
        """Return the terms."""
        opens = begins(self.opens, zone)
        if opens is None:
            raise AssertionError("a sale without its moment was let in")
        words = self.heard("秒杀", f"秒杀 {name}")
        return FlashSale(name, self.coupon, opens, ends(self.closes, zone), words, self.terms)


class GroupBuySection(ActivitySection):
    """One entry of `activities.group_buy`.

    A member completes one group of it and is in one open group at a time; `per_member: 3` or `2/30d` lets
    them complete more. `requires`: only who did that joins, `order.paid` for buyers alone.
    """

    size: Annotated[int, Field(ge=2, le=100)]
    within: Duration
    requires: Text | None = None
    coupon: Name
    terms: Template
    per_member: PerMember = (1, None)

    def built(self, name: str, zone: ZoneInfo) -> GroupBuy:
        """Return the terms."""
        return GroupBuy(
            name,
            self.size,
            self.within,
            self.coupon,
            self.requires or "",
            self.heard("拼团", f"拼团 {name}"),
            self.terms,
            begins(self.opens, zone),
            ends(self.closes, zone),
            MemberLimit(*self.per_member),
        )
