"""The days of a member's month on which they checked in, for the member themselves."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from bot.domain.effects import TellDays
from bot.domain.events import Scalar
from storage.check_ins import CHECK_IN
from storage.outcomes import Came


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
