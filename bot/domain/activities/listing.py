"""Which activities a member can join now, as lists for members show them."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.activities.opening import shut
from bot.domain.activities.terms import (
    Activities,
    Activity,
    CheckIn,
    FlashSale,
    GroupBuy,
    Lottery,
    Poll,
    Referral,
    Survey,
)

KINDS: Mapping[type, str] = {
    CheckIn: "check_in",
    Lottery: "lottery",
    Referral: "referral",
    FlashSale: "flash_sale",
    GroupBuy: "group_buy",
    Survey: "survey",
    Poll: "poll",
}


def open_ones(activities: Activities, switched: Mapping[str, str], now: datetime) -> list[Activity]:
    """Return the activities that are open and that a word in chat joins."""
    return [one for one in activities if one.words and not shut(one, switched, now)]


def activity_scope(activity: Activity) -> dict[str, object]:
    """Return what a template sees of an activity: kind, name, the words that join it, its end or None.

    The keys of menu entries are words too, and left out where there is anything else to say.
    """
    said = [word for word in activity.words if not word.isascii()] or activity.words
    return {
        "kind": KINDS[type(activity)],
        "name": activity.name,
        "words": " / ".join(said),
        "closes_at": activity.closes,
    }
