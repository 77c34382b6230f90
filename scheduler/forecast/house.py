"""What every replicate goes by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.coupons import CouponBatch
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.outbox import OutboxMessage
from bot.hearing import Decide


@dataclass(frozen=True, slots=True)
class Firing:
    """A campaign's turn: when, of what, and the message still without a member."""

    at: datetime
    campaign: Campaign
    message: OutboxMessage


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
