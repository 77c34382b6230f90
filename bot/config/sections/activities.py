"""What members can do in chat, and points: typed and checked now, played by a later version."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field, PlainValidator, model_validator

from bot.config import values
from bot.config.sections.base import Section
from bot.config.sections.fields import Duration, Moment, Name, Natural, Template, Text

_PRIZE = re.compile(r"nothing|points\.[1-9][0-9]{0,6}|coupon\.[A-Za-z][A-Za-z0-9_]*", re.ASCII)
Places = Annotated[int, Field(ge=1, le=10**6)]
Quota = Annotated[tuple[int, timedelta | None], PlainValidator(values.quota)]


def _prize(value: object) -> str:
    """Return the name of a prize."""
    if not isinstance(value, str) or not _PRIZE.fullmatch(value):
        raise ValueError("a prize is nothing, points.NUMBER or coupon.NAME")
    return value


def _in_order(opens: datetime | date | None, closes: datetime | date | None) -> None:
    """Refuse an activity that closes before it opens."""
    if opens is None or closes is None:
        return
    if type(opens) is not type(closes):
        raise ValueError("opens and closes are both days or both moments")
    if closes < opens:
        raise ValueError("closes before it opens")


class StreakSection(Section):
    """One entry of `activities.check_in.streaks`."""

    days: Places
    points: Places


class CheckInSection(Section):
    """`activities.check_in:`."""

    points: Natural
    streaks: list[StreakSection] = Field(default_factory=list)


class LotterySection(Section):
    """`activities.lottery:`; the chances of its prizes add up to 1."""

    opens: Moment
    closes: Moment
    terms: Template
    cost: Natural = 0
    prizes: dict[Annotated[str, PlainValidator(_prize)], Annotated[float, Field(ge=0, le=1)]] = Field(
        min_length=1
    )
    per_member: Quota | None = None

    @model_validator(mode="after")
    def _is_fair(self) -> "LotterySection":
        """Refuse chances that do not add up, and times out of order."""
        _in_order(self.opens, self.closes)
        if abs(sum(self.prizes.values()) - 1) > 1e-9:
            raise ValueError("the chances of the prizes add up to something else than 1")
        return self


class ReferralSection(Section):
    """`activities.referral:`."""

    per_inviter: Quota
    terms: Template


class FlashSaleSection(Section):
    """One entry of `activities.flash_sale`."""

    coupon: Name
    opens: Moment
    closes: Moment | None = None
    terms: Template

    @model_validator(mode="after")
    def _is_in_order(self) -> "FlashSaleSection":
        """Refuse times out of order."""
        _in_order(self.opens, self.closes)
        return self


class GroupBuySection(Section):
    """One entry of `activities.group_buy`."""

    size: Annotated[int, Field(ge=2, le=100)]
    within: Duration
    requires: Text
    coupon: Name
    terms: Template


class ActivitiesSection(Section):
    """`activities:`."""

    check_in: CheckInSection | None = None
    lottery: LotterySection | None = None
    referral: ReferralSection | None = None
    flash_sale: dict[Name, FlashSaleSection] = Field(default_factory=dict)
    group_buy: dict[Name, GroupBuySection] = Field(default_factory=dict)


class PointsSection(Section):
    """`points:`; what a level takes, and how long points live."""

    levels: dict[Text, Natural] = Field(default_factory=dict)
    expire: Duration | None = None
