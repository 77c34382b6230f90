"""What a message may show, as plain values: amounts in yuan, times as moments, nothing that can be called."""

from datetime import datetime
from typing import Any

from bot.domain.coupons import CouponBatch
from bot.domain.identity import number_of
from bot.domain.members import Member

Shown = dict[str, Any]


def yuan(minor: int) -> int | float:
    """Return yuan of minor units (分): whole ones as an integer."""
    return minor // 100 if minor % 100 == 0 else minor / 100


def member_values(member: Member, now: datetime) -> Shown:
    """Return `member`; its name may be None, since the platform tells none."""
    return {
        "number": number_of(member.id),
        "name": member.name,
        "stage": member.stage,
        "tags": tuple(name for name, tag in member.tags.items() if tag.live(now)),
        "level": member.attributes.get("level"),
        "points": member.attributes.get("points") or 0,
        "birthday": member.birthday,
        "source": member.source,
    }


def coupon_values(
    batch: CouponBatch,
    *,
    code: str | None = None,
    expires_at: datetime | None = None,
    url: str | None = None,
    keyword: str | None = None,
    state: str = "issued",
) -> Shown:
    """Return `coupon`; a message to many has no code, and a value that isn't known is left out.

    Left out rather than None, so that a text which needs it fails to render and is not sent.
    """
    shown: Shown = {
        "title": batch.title,
        "amount_off": yuan(batch.amount_off),
        "percent_off": batch.percent_off,
        "max_off": yuan(batch.max_off),
        "min_spend": yuan(batch.min_spend),
        "state": state,
    }
    known = {"code": code, "expires_at": expires_at, "url": url, "keyword": keyword}
    return shown | {name: value for name, value in known.items() if value is not None}
