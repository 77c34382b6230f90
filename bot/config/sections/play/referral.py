"""邀请, one level only."""

from zoneinfo import ZoneInfo

from bot.config.sections.fields import PerMember, Template
from bot.config.sections.play.times import ActivitySection, begins, ends
from bot.domain.activities import Referral
from bot.domain.coupons import MemberLimit

WORDS = ("邀请", "我的邀请码", "invite")


class ReferralSection(ActivitySection):
    """`activities.referral:`."""

    per_inviter: PerMember
    terms: Template

    def built(self, name: str, zone: ZoneInfo) -> Referral:
        """Return the terms."""
        return Referral(
            name,
            MemberLimit(*self.per_inviter),
            self.heard(*WORDS),
            self.terms,
            begins(self.opens, zone),
            ends(self.closes, zone),
        )
