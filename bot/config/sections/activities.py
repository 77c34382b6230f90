"""What members can do in chat."""

from zoneinfo import ZoneInfo

from pydantic import Field

from bot.config.sections.base import Section
from bot.config.sections.fields import Name
from bot.config.sections.play.answers import PollSection, SurveySection
from bot.config.sections.play.check_in import CheckInSection
from bot.config.sections.play.lottery import LotterySection
from bot.config.sections.play.referral import ReferralSection
from bot.config.sections.play.sales import FlashSaleSection, GroupBuySection
from bot.domain.activities import Activities


class ActivitiesSection(Section):
    """`activities:`; what stands under a name has that name, the others that of their kind."""

    check_in: CheckInSection | None = None
    lottery: LotterySection | None = None
    lotteries: dict[Name, LotterySection] = Field(default_factory=dict)
    referral: ReferralSection | None = None
    flash_sale: dict[Name, FlashSaleSection] = Field(default_factory=dict)
    group_buy: dict[Name, GroupBuySection] = Field(default_factory=dict)
    survey: dict[Name, SurveySection] = Field(default_factory=dict)
    poll: dict[Name, PollSection] = Field(default_factory=dict)

    @property
    def drawn(self) -> dict[str, LotterySection]:
        """Return every lottery by its name."""
        return ({"lottery": self.lottery} if self.lottery else {}) | self.lotteries

    def built(self, zone: ZoneInfo) -> Activities:
        """Return the terms of all."""
        return Activities(
            self.check_in.built("check_in", zone) if self.check_in else None,
            tuple(one.built(name, zone) for name, one in self.drawn.items()),
            self.referral.built("referral", zone) if self.referral else None,
            tuple(one.built(name, zone) for name, one in self.flash_sale.items()),
            tuple(one.built(name, zone) for name, one in self.group_buy.items()),
            tuple(one.built(name, zone) for name, one in self.survey.items()),
            tuple(one.built(name, zone) for name, one in self.poll.items()),
        )
