"""Days on which members checked in: a member's own month, and a group's own day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.domain.effects import TellBoard, TellDays
from bot.domain.events import Scalar
from bot.domain.identity import number_of
from storage.check_ins import CHECK_IN
from storage.outcomes import Came
from storage.tables import table
from storage.tables.members import MemberRow

MEMBER = table(MemberRow)
ON_THE_BOARD = 10


def tell(connection: Connection, actions: Sequence[TellDays], _now: datetime) -> list[Came]:
    """Return each member's month: always done."""
    return [Came(facts=_facts(connection, one)) for one in actions]


def _facts(connection: Connection, one: TellDays) -> dict[str, Scalar]:
    today = date.fromisoformat(one.day)
    month = today.replace(day=1)
    # A run that began last month goes on, and one up to yesterday is not broken yet.
    yesterday = (today - timedelta(days=1)).isoformat()
    since = min(month.isoformat(), yesterday)
    mine = (CHECK_IN.c.member_id == one.member_id, CHECK_IN.c.day >= since, CHECK_IN.c.day <= one.day)
    rows = connection.execute(
        select(CHECK_IN.c.day, CHECK_IN.c.made_up, CHECK_IN.c.streak).where(*mine).order_by(CHECK_IN.c.day)
    ).all()
    streaks = {str(row.day): int(row.streak) for row in rows}
    here = [(int(row.day[-2:]), bool(row.made_up)) for row in rows if row.day >= month.isoformat()]
    return {
        "month": f"{month:%Y-%m}",
        "number": month.month,
        "today": today.day,
        "days": ",".join(str(day) for day, late in here if not late),
        "made_up": ",".join(str(day) for day, late in here if late),
        "late": sum(late for _, late in here),
        "total": len(here),
        "streak": streaks.get(one.day) or streaks.get(yesterday, 0),
    }


def board(connection: Connection, actions: Sequence[TellBoard], _now: datetime) -> list[Came]:
    """Return each group's day: only what was said in that group is told there."""
    return [_board(connection, one) for one in actions]


def _board(connection: Connection, one: TellBoard) -> Came:
    here = (CHECK_IN.c.group == one.group, CHECK_IN.c.day == one.day)
    count = connection.execute(select(func.count()).where(*here)).scalar_one()
    if not count:
        return Came("nobody")
    first = (
        select(CHECK_IN.c.member_id, CHECK_IN.c.streak, MEMBER.c.name)
        .join(MEMBER, MEMBER.c.id == CHECK_IN.c.member_id)
        .where(*here)
        .order_by(CHECK_IN.c.streak.desc(), CHECK_IN.c.at, CHECK_IN.c.member_id)
        .limit(ON_THE_BOARD)
    )
    lines = [
        f"{place}. {_shown(row.name) or number_of(row.member_id)} {row.streak}"
        for place, row in enumerate(connection.execute(first), start=1)
    ]
    return Came(facts={"in_group": int(count), "board": "\n".join(lines)})


def _shown(name: str | None) -> str:
    """Return a name as others may see it: what a shop's system told us is not theirs to read."""
    return f"{name[0]}*" if name else ""
