"""邀请, one level only."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from bot.config.sections.base import Section
from bot.config.sections.fields import Count, Duration, PerMember, Template
from bot.config.sections.play.times import ActivitySection, begins, ends
from bot.domain.activities import Referral
from bot.domain.activities.terms import Crowd
from bot.domain.coupons import MemberLimit

WORDS = ("邀请", "我的邀请码", "invite")


class CrowdSection(Section):
    """`activities.referral.crowd:`."""

    count: Count = Field(default=5, ge=2)
    within: Duration = timedelta(minutes=10)


class ReferralSection(ActivitySection):
    """`activities.referral:`."""

    per_inviter: PerMember
    terms: Template
    crowd: CrowdSection | None = None
    koc: Annotated[int, Field(ge=0, le=100)] = 0

    @model_validator(mode="after")
    def _crowd_can_be(self) -> "ReferralSection":
        """Refuse a crowd that the cap never lets come together, so that nobody would ever be held."""
        if self.crowd is not None and self.crowd.count > self.per_inviter[0]:
            raise ValueError("crowd.count is more than per_inviter lets come, so there never is a crowd")
        return self

    def built(self, name: str, zone: ZoneInfo) -> Referral:
        """Return the terms."""
        return Referral(
            name,
            MemberLimit(*self.per_inviter),
            self.heard(*WORDS),
            self.terms,
            begins(self.opens, zone),
            ends(self.closes, zone),
            self._crowd(),
            self.koc,
        )

    def _crowd(self) -> Crowd:
        """Return what is a crowd; where nothing is written, never more than may come at all."""
        if self.crowd is not None:
            return Crowd(self.crowd.count, self.crowd.within)
        usual = Crowd()
        return Crowd(max(2, min(usual.count, self.per_inviter[0])), usual.within)
