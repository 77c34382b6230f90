"""Why a member can or cannot take part in an activity now: pure over what its ledgers keep of them."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.activities import CheckIn, FlashSale, GroupBuy, Lottery, Poll
from bot.domain.activities.opening import shut
from bot.domain.activities.terms import Activity
from bot.domain.coupons import MemberLimit
from bot.domain.members import Member
from bot.domain.value import value


@value
class Took:
    """Something the member did in an activity: when, and a word of what came of it."""

    at: datetime
    what: str


@value
class Player:
    """A member as the ledgers of activities know them; `took` is what they did in the one asked for.

    `operator` tells whether they are one, who may win nothing.
    """

    member: Member
    points: int = 0
    level: str = ""
    took: tuple[Took, ...] = ()
    operator: bool = False


@value
class Hurdle:
    """One thing in the way, by name, with its figures; `until` is when it goes by itself, if it does."""

    name: str
    until: datetime | None = None
    figures: Mapping[str, int | str] = field(default_factory=dict)


def hurdles(
    activity: Activity, player: Player, switched: Mapping[str, str], zone: ZoneInfo, now: datetime
) -> list[Hurdle]:
    """Return what keeps the member out of an activity at this moment; nothing when they can join.

    `zone` is that of members who have none.
    """
    found: list[Hurdle] = []
    why = shut(activity, switched, now)
    if why:
        found.append(Hurdle(why, activity.opens if why == "not_yet" else None))
    if isinstance(activity, Lottery):
        found += _drawing(activity, player, now)
    elif isinstance(activity, CheckIn):
        found += _checked_in(player, zone, now)
    elif isinstance(activity, GroupBuy):
        found += _buying(activity, player, now)
    elif isinstance(activity, FlashSale) and player.took:
        found.append(Hurdle("had_one"))
    elif isinstance(activity, Poll) and player.took and activity.right:
        found.append(Hurdle("answered"))
    return found


def _drawing(activity: Lottery, player: Player, now: datetime) -> list[Hurdle]:
    found: list[Hurdle] = []
    if player.operator:
        found.append(Hurdle("operator"))
    if player.points < activity.cost:
        found.append(Hurdle("too_few", None, {"has": player.points, "needs": activity.cost}))
    limit = activity.per_member
    if limit is not None and (over := _over(limit, player.took, now)) is not None:
        found.append(over)
    return found


def _over(limit: MemberLimit, took: tuple[Took, ...], now: datetime) -> Hurdle | None:
    """Return the hurdle of a limit that is reached, with when the oldest within its window falls out."""
    window = limit.window
    inside = sorted(one.at for one in took if window is None or one.at > now - window)
    if len(inside) < limit.count:
        return None
    until = inside[-limit.count] + window if window is not None else None
    return Hurdle("limit", until, {"has": len(inside), "needs": limit.count})


def _checked_in(player: Player, zone: ZoneInfo, now: datetime) -> list[Hurdle]:
    own = ZoneInfo(player.member.zone) if player.member.zone else zone
    today = now.astimezone(own).date()
    if not any(one.at.astimezone(own).date() == today for one in player.took):
        return []
    tomorrow = datetime(today.year, today.month, today.day, tzinfo=own) + timedelta(days=1)
    return [Hurdle("done_today", tomorrow)]


def _buying(activity: GroupBuy, player: Player, now: datetime) -> list[Hurdle]:
    found: list[Hurdle] = []
    if activity.requires and activity.requires not in player.member.tallies:
        found.append(Hurdle("requires", None, {"kind": activity.requires}))
    if any(one.what == "open" for one in player.took):
        found.append(Hurdle("waits"))
    filled = tuple(one for one in player.took if one.what == "filled")
    limit = activity.per_member
    if limit is not None and (over := _over(limit, filled, now)) is not None:
        found.append(over)
    return found
