"""Points that soon run out are told once, so long before as the file says; a group hears its own day."""

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.domain.activities import CheckIn, Points
from bot.domain.effects import CheckInToday, TellBoard
from bot.domain.points import Change
from scheduler.jobs import daily_notices
from storage import check_days, check_ins, points
from storage.announcements import ANNOUNCEMENT
from storage.database import Database
from storage.outcomes import Came
from tests.integration.play.referring import MEMBER, NOW

DAY = timedelta(days=1)
TERMS = Points(expire=30 * DAY, notice=7 * DAY)
JOB = daily_notices(7 * DAY)


def came(town: Database, who: int, amount: int, at: datetime, key: str) -> None:
    town.transact(lambda c: points.change(c, [Change(key, who, amount, "x")], TERMS, at))


def told(town: Database, nominal: datetime, now: datetime | None = None) -> list[tuple[int, int]]:
    """Run the day's job; return whom it announced what, of all days so far."""
    town.transact(lambda c: JOB.run(c, nominal, now or nominal))
    rows = town.transact(
        lambda c: c.execute(
            select(ANNOUNCEMENT.c.member_id, ANNOUNCEMENT.c.properties).order_by(ANNOUNCEMENT.c.key)
        ).all()
    )
    return [(who, about["points"]) for who, about in rows]


def test_each_lot_is_told_of_once_seven_days_before(town: Database) -> None:
    came(town, 1, 10, NOW, "a")
    came(town, 1, 5, NOW + 3 * DAY, "b")
    days = [told(town, NOW + day * DAY) for day in range(30)]
    assert days[22] == []
    assert days[23] == []  # it ends a moment after the window of this day
    assert days[24] == [(1, 10)]
    assert days[26] == [(1, 10)]
    assert days[29] == [(1, 10), (1, 5)]


def test_what_is_spent_meanwhile_is_not_told_of(town: Database) -> None:
    came(town, 1, 10, NOW, "a")
    town.transact(lambda c: points.change(c, [Change("s", 1, -10, "draw")], TERMS, NOW + DAY))
    assert told(town, NOW + 24 * DAY) == []


def test_a_day_that_was_missed_is_made_up_and_what_ran_out_since_is_not_told(town: Database) -> None:
    came(town, 1, 10, NOW, "a")
    came(town, 2, 10, NOW + 20 * DAY, "b")
    assert told(town, NOW + 24 * DAY, NOW + 26 * DAY) == [(1, 10)]
    assert told(town, NOW + 44 * DAY, NOW + 51 * DAY) == [(1, 10)]


ACTIVITY = CheckIn("check_in", 5)


def check_in(town: Database, who: int, day: str, group: str = "ops:g1") -> None:
    one = CheckInToday(who, day, ACTIVITY, f"{who}{day}", NOW, TERMS, group)
    town.transact(lambda c: check_ins.check_in(c, [one], NOW))


def board(town: Database, day: str = "2026-12-01", group: str = "ops:g1") -> Came:
    return town.transact(lambda c: check_days.board(c, [TellBoard(1, group, day, NOW)], NOW))[0]


def test_a_group_sees_its_own_day_the_longest_run_first(town: Database) -> None:
    for day in ("2026-11-29", "2026-11-30", "2026-12-01"):
        check_in(town, 2, day)
    check_in(town, 1, "2026-12-01")
    check_in(town, 3, "2026-12-01", "ops:g2")
    check_in(town, 4, "2026-12-01", "")
    found = board(town)
    assert found.facts["in_group"] == 2
    assert str(found.facts["board"]).split("\n") == ["1. m2 3", "2. m1 1"]
    assert board(town, group="ops:g9").reason == "nobody"
    assert board(town, "2026-12-02").reason == "nobody"


def test_a_name_is_not_shown_whole_and_ten_are_enough(town: Database) -> None:
    row = {"known_since": NOW, "attributes": {}, "provenance": {}, "unfollowed": False, "stage": ""}
    rows = [{**row, "id": 100 + number, "name": "王小明"} for number in range(12)]
    town.transact(lambda c: c.execute(MEMBER.insert(), rows))
    for number in range(12):
        check_in(town, 100 + number, "2026-12-01")
    lines = str(board(town).facts["board"]).split("\n")
    assert len(lines) == 10
    assert lines[0] == "1. 王* 1"
