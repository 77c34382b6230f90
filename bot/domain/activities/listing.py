"""Which activities a member can join now, as lists for members show them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from bot.domain.activities.drawing import WHOLE
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
from bot.domain.coupons import CouponBatch

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


def prize_scope(kind: str, prize: str, share: int, batches: Mapping[str, CouponBatch]) -> dict[str, object]:
    """Return what a template sees of a prize of a lottery of this kind: ``nothing``, ``points``, ``coupon``.

    An instant one's `share` is in billionths and shown as its `chance` in per cent; a draw's is the number of
    `winners`. `title` is that of the coupon, `worth` how many points.
    """
    what, _, name = prize.partition(".")
    instant = kind == "instant"
    return {
        "kind": what,
        "title": (batches[name].title if name in batches else name) if what == "coupon" else "",
        "worth": int(name) if what == "points" else 0,
        "chance": f"{(Decimal(share) * 100 / WHOLE).normalize():f}" if instant else "",
        "winners": 0 if instant else share,
    }
