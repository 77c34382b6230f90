"""What a message may say: the plain values a template sees, amounts in yuan, nothing that can be called."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.coupons import Coupon, CouponBatch
from bot.domain.identity import number_of

Scope = Mapping[str, object]


class Said(Protocol):
    """What may be said of a member; a `Member` and a `Profile` both fit."""

    @property
    def name(self) -> str | None:
        """Return what to call the member, None when nobody told us."""
        ...

    @property
    def stage(self) -> str:
        """Return the lifecycle stage."""
        ...

    @property
    def birthday(self) -> str | None:
        """Return the month and day."""
        ...

    @property
    def source(self) -> str | None:
        """Return where the member came from."""
        ...

    @property
    def tags(self) -> Iterable[str]:
        """Return the tags' names."""
        ...


def scope(
    member_id: int,
    said: Said,
    coupon: Scope | None,
    context: Mapping[str, object],
    rule: str,
    points: tuple[str, int] = ("", 0),
) -> dict[str, object]:
    """Return the values of a template: member, event, rule, and coupon when there is one.

    `points` are the member's level and balance.
    """
    values: dict[str, object] = {
        "member": {
            "number": number_of(member_id),
            "name": said.name,
            "stage": said.stage,
            "tags": tuple(sorted(said.tags)),
            "level": points[0] or None,
            "points": points[1],
            "birthday": said.birthday,
            "source": said.source,
        },
        "event": context,
        "rule": {"name": rule},
    }
    if coupon is not None:
        values["coupon"] = coupon
    return values


def coupon_scope(
    batch: CouponBatch,
    redeem_url: Callable[[str], str],
    coupon: Coupon | None = None,
    keyword: str = "",
) -> Scope:
    """Return what a template may say of a coupon.

    What isn't known is left out rather than None (a message to many has no code), so that a text which
    needs it fails to render and is not sent.
    """
    shown: dict[str, object] = {
        "title": batch.title,
        "amount_off": yuan(batch.amount_off),
        "percent_off": batch.percent_off,
        "max_off": yuan(batch.max_off),
        "min_spend": yuan(batch.min_spend),
    }
    if keyword:
        shown["keyword"] = keyword
    if coupon is not None:
        expires_at: datetime = coupon.expires_at
        shown |= {
            "code": batch.cash.note if batch.cash is not None else coupon.code,
            "expires_at": expires_at,
            "state": coupon.state.value,
            "url": redeem_url(coupon.code),
        }
    return shown


def yuan(minor: int) -> int | float:
    """Return yuan of minor units (分): whole ones as an integer."""
    return minor // 100 if minor % 100 == 0 else minor / 100
