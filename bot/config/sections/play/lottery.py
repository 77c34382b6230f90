"""抽奖: at once, or at a time."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PlainValidator, model_validator

from bot.config.sections.fields import Moment, Natural, PerMember, Template
from bot.config.sections.play.times import ActivitySection, begins, ends
from bot.domain.activities import Lottery
from bot.domain.coupons import MemberLimit

_PRIZE = re.compile(r"nothing|points\.[1-9][0-9]{0,6}|coupon\.[A-Za-z][A-Za-z0-9_]*", re.ASCII)
WORDS = ("抽奖", "大转盘", "lottery")


def _prize(value: object) -> str:
    """Return the name of a prize."""
    if not isinstance(value, str) or not _PRIZE.fullmatch(value):
        raise ValueError("a prize is nothing, points.NUMBER or coupon.NAME")
    return value


class LotterySection(ActivitySection):
    """`activities.lottery:`, or one of `activities.lotteries`.

    Of an instant one the prizes have chances that add up to 1; of a draw each has a number of winners.
    """

    kind: Literal["instant", "draw"] = "instant"
    opens: Moment
    closes: Moment
    terms: Template
    draws_at: Moment | None = None
    cost: Natural = 0
    prizes: dict[Annotated[str, PlainValidator(_prize)], Annotated[float, Field(ge=0, le=10**6)]] = Field(
        min_length=1
    )
    per_member: PerMember | None = None

    @model_validator(mode="after")
    def _is_fair(self) -> "LotterySection":
        """Refuse chances that do not add up, and numbers of winners that are none."""
        if self.kind == "instant" and abs(sum(self.prizes.values()) - 1) > 1e-9:
            raise ValueError("the chances of the prizes add up to something else than 1")
        if self.kind == "draw" and any(count != int(count) or count < 1 for count in self.prizes.values()):
            raise ValueError("each prize of a draw has a whole number of winners")
        if self.kind == "draw" and "nothing" in self.prizes:
            raise ValueError("who wins nothing in a draw needs no prize; leave nothing out")
        return self

    def built(self, name: str, zone: ZoneInfo) -> Lottery:
        """Return the terms; a draw without a time is drawn when it closes."""
        closes = ends(self.closes, zone)
        limit = self.per_member
        return Lottery(
            name,
            self.kind,
            self.prizes,
            begins(self.opens, zone),
            closes,
            (begins(self.draws_at, zone) or closes) if self.kind == "draw" else None,
            self.cost,
            MemberLimit(*limit) if limit is not None else None,
            self.heard(*WORDS),
            self.terms,
        )
