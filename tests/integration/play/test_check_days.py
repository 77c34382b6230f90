"""The month a member is told: their own days only, made-up ones apart, a run that is not broken yet."""

from datetime import UTC, datetime, timedelta

from bot.domain.activities import CheckIn, MakeUp, Points
from bot.domain.effects import CheckInToday, MakeUpDay, TellDays
from bot.domain.events import Scalar
from storage import check_days, check_ins
from storage.database import Connection, Database

ACTIVITY = CheckIn("check_in", 5, make_up=MakeUp(0, timedelta(days=7)))
NOW = datetime(2026, 12, 3, 4, tzinfo=UTC)


def check_in(c: Connection, member: int, *days: str) -> None:
    for day in days:
        one = CheckInToday(member, day, ACTIVITY, f"{member}.{day}", NOW, Points())
        check_ins.check_in(c, [one], NOW)


def told(database: Database, day: str, member: int = 1) -> dict[str, Scalar]:
    wish = TellDays(member, day, NOW)
    return dict(database.transact(lambda c: check_days.tell(c, [wish], NOW))[0].facts)


def test_days_of_the_month_are_told_and_those_made_up_apart(database: Database) -> None:
    def work(c: Connection) -> None:
        check_in(c, 1, "2026-11-28", "2026-12-01", "2026-12-03")
        check_in(c, 2, "2026-12-02")
        check_ins.make_up(c, [MakeUpDay(1, "2026-12-03", ACTIVITY, "u", NOW, Points())], NOW)

    database.transact(work)
    facts = told(database, "2026-12-03")
    assert (facts["month"], facts["number"], facts["today"]) == ("2026-12", 12, 3)
    assert (facts["days"], facts["made_up"]) == ("1,3", "2")
    assert (facts["total"], facts["late"], facts["streak"]) == (3, 1, 3)


def test_a_run_goes_on_over_the_end_of_a_month_until_a_whole_day_is_missed(database: Database) -> None:
    database.transact(lambda c: check_in(c, 1, "2026-11-29", "2026-11-30"))
    assert (told(database, "2026-12-01")["total"], told(database, "2026-12-01")["streak"]) == (0, 2)
    assert told(database, "2026-12-02")["streak"] == 0


def test_who_never_checked_in_is_told_of_an_empty_month(database: Database) -> None:
    facts = told(database, "2026-12-03", 9)
    assert (facts["total"], facts["streak"], facts["days"], facts["made_up"]) == (0, 0, "", "")
