"""What members can do in chat: the terms of each activity as configured, and whether it is open."""

from bot.domain.activities.terms import (
    Activities,
    CheckIn,
    Exchange,
    FlashSale,
    GroupBuy,
    Lottery,
    MakeUp,
    Points,
    Poll,
    Referral,
    Streak,
    Survey,
)

__all__ = [
    "Activities",
    "CheckIn",
    "Exchange",
    "FlashSale",
    "GroupBuy",
    "Lottery",
    "MakeUp",
    "Points",
    "Poll",
    "Referral",
    "Streak",
    "Survey",
]
