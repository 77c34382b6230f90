"""What a reply may ask for by ``context={"list": …}``, read in the transaction that words it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.activities import Activities
from bot.domain.activities.listing import activity_scope, open_ones, prize_scope
from bot.domain.content_choice import EMPTY, Library
from bot.domain.coupons import CouponBatch
from bot.domain.scope import coupon_scope
from storage import draws, holdings, mine, opinions, passes, switches
from storage.database import Connection

LIST = "list"
COUPONS = "coupons"
ACTIVITIES = "activities"
PRIZES = "prizes"
VOTES = "votes"


@dataclass(frozen=True, slots=True)
class Lists:
    """What replies show besides the member; `redeem_url` gives the page of a code, `base` is our address."""

    batches: Mapping[str, CouponBatch]
    redeem_url: Callable[[str], str]
    base: str = ""
    activities: Activities = field(default_factory=Activities)
    library: Library = EMPTY

    def values(
        self, c: Connection, context: Mapping[str, object], member_id: int, now: datetime
    ) -> dict[str, object]:
        """Return what the list that `context` names adds to a template's values; nothing for none."""
        read = READERS.get(str(context.get(LIST, "")))
        return read(self, c, context, member_id, now) if read is not None else {}


def coupons(
    lists: Lists, c: Connection, _context: Mapping[str, object], member_id: int, now: datetime
) -> dict[str, object]:
    """Return what the member can use, the first to expire first."""
    return {
        COUPONS: [
            coupon_scope(lists.batches[coupon.batch], lists.redeem_url, coupon)
            for coupon in holdings.usable(c, member_id, now)
            if coupon.batch in lists.batches
        ]
    }


def activities(
    lists: Lists, c: Connection, _context: Mapping[str, object], _member_id: int, now: datetime
) -> dict[str, object]:
    """Return what can be joined now."""
    switched = switches.activities(switches.all_on(c))
    return {ACTIVITIES: [activity_scope(one) for one in open_ones(lists.activities, switched, now)]}


def prizes(
    lists: Lists, c: Connection, context: Mapping[str, object], _member_id: int, _now: datetime
) -> dict[str, object]:
    """Return what can be won in the lottery of the context's ``name``, by the terms that stand for it."""
    kind, shares = draws.laid_out(c, str(context.get("name", "")))
    return {PRIZES: [prize_scope(kind, prize, share, lists.batches) for prize, share in shares.items()]}


def votes(
    lists: Lists, c: Connection, context: Mapping[str, object], _member_id: int, _now: datetime
) -> dict[str, object]:
    """Return how many chose what in the poll of the context's ``name``, in the order of its choices."""
    name = context.get("name")
    choices = next((one.choices for one in lists.activities.polls if one.name == name), ())
    counts = opinions.votes(c, str(name))
    every = sum(counts.get(choice, 0) for choice in choices)
    return {
        VOTES: [
            {
                "choice": choice,
                "count": counts.get(choice, 0),
                "share": _percent(counts.get(choice, 0), every),
            }
            for choice in choices
        ]
    }


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _data(
    _lists: Lists, c: Connection, context: Mapping[str, object], member_id: int, _now: datetime
) -> dict[str, object]:
    return {"event": {**context, **mine.held(c, member_id)}}


def _page(
    lists: Lists, c: Connection, context: Mapping[str, object], member_id: int, now: datetime
) -> dict[str, object]:
    return {"event": {**context, "url": f"{lists.base}/me/{passes.issue(c, member_id, now)}"}}


Read = Callable[[Lists, Connection, Mapping[str, object], int, datetime], dict[str, object]]
READERS: Mapping[str, Read] = {
    COUPONS: coupons, ACTIVITIES: activities, PRIZES: prizes, VOTES: votes, "data": _data, "page": _page,
}  # fmt: skip
