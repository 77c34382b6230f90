"""What every replicate goes by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.content_choice import EMPTY, Library
from bot.domain.coupons import CouponBatch
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.outbox import OutboxMessage
from bot.domain.value import evolve
from bot.hearing import Decide


@dataclass(frozen=True, slots=True)
class Firing:
    """A campaign's turn: when, of what, and the message still without a member.

    With an experiment each arm has a message, none for its control group; `order` are weights ordered since.
    """

    at: datetime
    campaign: Campaign
    message: OutboxMessage
    arms: Mapping[str, OutboxMessage | None] = field(default_factory=dict)
    order: Mapping[str, float] = field(default_factory=dict)

    def for_member(self, member_id: int) -> OutboxMessage | None:
        """Return the member's message, None for the control group."""
        division = self.campaign.division
        message = (
            self.arms[division.arm(member_id, self.order).name] if division is not None else self.message
        )
        if message is None:
            return None
        return evolve(message, key=f"{message.key}/{member_id}", member_id=member_id)


@dataclass(frozen=True, slots=True)
class House:
    """What every replicate goes by: the configuration as it is, and what is known to come.

    `answering` are the accounts that answer a callback.
    """

    decide: Decide
    book: Rulebook
    policy: DeliveryPolicy
    coupons: Mapping[str, CouponBatch]
    answering: frozenset[str]
    firings: Sequence[Firing]
    zone: ZoneInfo
    days: int
    library: Library = EMPTY
