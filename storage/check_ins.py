"""Days on which members checked in: one row a day, streaks counted on, points in the same transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.domain.activities import CheckIn
from bot.domain.effects import CheckInToday, MakeUpDay
from bot.domain.events import Scalar
from bot.domain.points import Change, Changed
from storage import points
from storage.dialect import insert_new
from storage.outcomes import Came
from storage.point_wishes import levelled
from storage.tables import table
from storage.tables.points import CheckInRow

CHECK_IN = table(CheckInRow)
AGAIN = "again"
NOTHING_MISSED = "nothing_missed"
CAUSE = "check_in"
MADE_UP = "make_up"


def check_in(connection: Connection, actions: Sequence[CheckInToday], now: datetime) -> list[Came]:
    """Note today of each; a second time on one day fails as ``again``."""
    return [_checked_in(connection, one, now) for one in actions]


def make_up(connection: Connection, actions: Sequence[MakeUpDay], now: datetime) -> list[Came]:
    """Make up the last missed day of each."""
    return [_made_up(connection, one, now) for one in actions]


def _checked_in(connection: Connection, one: CheckInToday, now: datetime) -> Came:
    before = _streak(connection, one.member_id, one.day)
    if before:
        return Came(AGAIN, _facts(connection, one, before, 0))
    streak = _streak(connection, one.member_id, _before(one.day)) + 1
    row = {
        "member_id": one.member_id, "day": one.day, "at": one.at, "streak": streak,
        "points": one.activity.points, "made_up": False, "group": one.group,
    }  # fmt: skip
    insert_new(connection, CHECK_IN, [row], ["member_id", "day"])
    last, bonuses = _count_on(connection, one, one.day, streak)
    base = Change(f"check_in:{one.member_id}:{one.day}", one.member_id, one.activity.points, CAUSE, one.day)
    changed = points.change(connection, [each for each in (base, *bonuses) if each.delta], one.terms, now)
    bonus = sum(each.delta for each in bonuses)
    facts = _facts(connection, one, last, one.activity.points + bonus, bonus)
    return Came(facts=facts, followed=_risen(one, changed, now))


def _made_up(connection: Connection, one: MakeUpDay, now: datetime) -> Came:
    back = one.activity.make_up
    missed = _missed(connection, one) if back is not None else None
    if back is None or missed is None:
        return Came(NOTHING_MISSED)
    cost = Change(f"make_up:{one.member_id}:{missed}", one.member_id, -back.cost, MADE_UP, missed)
    paid = points.change(connection, [cost], one.terms, now) if back.cost else []
    facts: dict[str, Scalar] = {"day": missed, "cost": back.cost}
    if any(each.reason for each in paid):
        return Came(paid[0].reason, {**facts, "points": paid[0].balance})
    streak = _streak(connection, one.member_id, _before(missed)) + 1
    row = {
        "member_id": one.member_id, "day": missed, "at": one.at, "streak": streak, "points": 0,
        "made_up": True, "group": "",
    }  # fmt: skip
    insert_new(connection, CHECK_IN, [row], ["member_id", "day"])
    streak, bonuses = _count_on(connection, one, missed, streak)
    changed = points.change(connection, bonuses, one.terms, now) if bonuses else []
    facts |= {"streak": streak, "points": points.balance(connection, one.member_id)}
    return Came(facts=facts, followed=_risen(one, changed, now))


def _missed(connection: Connection, one: MakeUpDay) -> str | None:
    """Return the last day before today without a row, if there is an earlier one with, all within reach."""
    back = one.activity.make_up
    reach = back.within.days if back is not None else 0
    today = date.fromisoformat(one.day)
    first = connection.execute(
        select(func.min(CHECK_IN.c.day)).where(CHECK_IN.c.member_id == one.member_id)
    ).scalar()
    since = (today - timedelta(days=reach)).isoformat()
    there = set(
        connection.execute(
            select(CHECK_IN.c.day).where(CHECK_IN.c.member_id == one.member_id, CHECK_IN.c.day >= since)
        ).scalars()
    )
    for back_by in range(1, reach + 1):
        day = (today - timedelta(days=back_by)).isoformat()
        if first is None or day < first:
            return None
        if day not in there:
            return day
    return None


def _count_on(
    connection: Connection, one: CheckInToday | MakeUpDay, day: str, streak: int
) -> tuple[int, list[Change]]:
    """Count on the days that follow one just put in; return the streak then and the bonuses now due.

    A bonus is due once in a run of days, however the run came together.
    """
    heights = [(day, streak)]
    while _streak(connection, one.member_id, day := _after(day)):
        streak += 1
        mine = (CHECK_IN.c.member_id == one.member_id, CHECK_IN.c.day == day)
        connection.execute(update(CHECK_IN).where(*mine).values(streak=streak))
        heights.append((day, streak))
    last = date.fromisoformat(heights[-1][0])
    run = [(last - timedelta(days=back)).isoformat() for back in range(streak)]
    return streak, [
        Change(_bonus_key(one.member_id, at, height), one.member_id, bonus, CAUSE, at)
        for at, height in heights
        if (bonus := _bonus(one.activity, height)) and not _paid(connection, one.member_id, run, height)
    ]


def _paid(connection: Connection, member_id: int, run: Sequence[str], height: int) -> bool:
    """Return whether the bonus of this height was paid on any day of a run."""
    keys = [_bonus_key(member_id, day, height) for day in run]
    return points.any_known(connection, keys)


def _streak(connection: Connection, member_id: int, day: str) -> int:
    """Return how many days in a row there were up to this one, 0 without a row for it."""
    mine = (CHECK_IN.c.member_id == member_id, CHECK_IN.c.day == day)
    return int(connection.execute(select(CHECK_IN.c.streak).where(*mine)).scalar() or 0)


def _bonus(activity: CheckIn, streak: int) -> int:
    return next((one.points for one in activity.streaks if one.days == streak), 0)


def _facts(
    connection: Connection, one: CheckInToday, streak: int, came: int, bonus: int = 0
) -> dict[str, Scalar]:
    ahead = next((each for each in one.activity.streaks if each.days > streak), None)
    here = (CHECK_IN.c.day == one.day, CHECK_IN.c.group == one.group)
    count = select(func.count()).where(*here)
    return {
        "streak": streak,
        "came": came,
        "bonus": bonus,
        "points": points.balance(connection, one.member_id),
        "next_days": ahead.days - streak if ahead is not None else 0,
        "next_points": ahead.points if ahead is not None else 0,
        "in_group": connection.execute(count).scalar_one() if one.group else 0,
    }


def _risen(one: CheckInToday | MakeUpDay, changed: Sequence[Changed], now: datetime) -> tuple[Any, ...]:
    return tuple(news for each in changed for news in levelled(one.member_id, one.key, each, now))


def _bonus_key(member_id: int, day: str, streak: int) -> str:
    return f"check_in:{member_id}:{day}:{streak}"


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
