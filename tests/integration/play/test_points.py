"""The ledger of points against a naive one of lots, on both databases."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from bot.domain.activities import Points
from bot.domain.points import REFUND, Change, Changed
from storage import point_expiry, points
from storage.database import Database
from storage.points import ACCOUNT, CHANGE
from storage.reports import audited
from storage.tables import table
from storage.tables.members import MemberRow
from storage.tables.points import LevelChangeRow

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Points({"银": 0, "金": 50, "黑": 200}, expire=30 * DAY)
LEVEL = table(LevelChangeRow)
MEMBER = table(MemberRow)


@dataclass(slots=True)
class Lots:
    """What a member has, lot by lot: the slow and obvious way."""

    lots: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(amount for _, amount in self.lots)

    def change(self, delta: int, cause: str, now: datetime) -> bool:
        if delta >= 0:
            self.lots.append((now + 30 * DAY, delta))
            return True
        wanted = min(-delta, self.balance) if cause == REFUND else -delta
        if wanted > self.balance:
            return False
        while wanted:
            end, amount = self.lots.pop(0)
            if amount > wanted:
                self.lots.insert(0, (end, amount - wanted))
            wanted -= min(wanted, amount)
        return True

    def expire(self, now: datetime) -> None:
        self.lots = [(end, amount) for end, amount in self.lots if end > now]


STEPS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(-60, 60),
        st.sampled_from(["check_in", "draw", REFUND]),
        st.integers(0, 20),
    ),
    max_size=30,
)


def expire(database: Database, now: datetime) -> None:
    database.transact(lambda c: point_expiry.expire(c, now, 10))


def make(database: Database, change: Change, now: datetime) -> Changed:
    return database.transact(lambda c: points.change(c, [change], TERMS, now))[0]


def left(database: Database, member_id: int) -> list[tuple[int, datetime | None]]:
    return database.transact(lambda c: points.left(c, member_id))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_balance_and_expiry_are_those_of_lots_spent_first_in_first_out(
    database: Database, steps: list[tuple[int, int, str, int]]
) -> None:
    database.transact(lambda c: [c.execute(delete(one)) for one in (CHANGE, ACCOUNT, LEVEL)])
    lots = {member_id: Lots() for member_id in (1, 2, 3)}
    now = START
    for number, (member_id, delta, cause, days) in enumerate(steps):
        now += days * DAY
        expire(database, now)
        for one in lots.values():
            one.expire(now)
        change = Change(f"k{number}", member_id, min(delta, 0) if cause == REFUND else delta, cause)
        paid = lots[member_id].change(change.delta, cause, now)
        found = make(database, change, now)
        assert (found.reason == "") is paid
        assert not paid or make(database, change, now).repeated
        assert found.balance == lots[member_id].balance
    for member_id, one in lots.items():
        assert sum(amount for amount, _ in left(database, member_id)) == one.balance
    assert database.transact(audited).wrong == ()


def test_points_run_out_when_their_time_is_over_and_what_was_spent_does_not(database: Database) -> None:
    def change(key: str, delta: int, now: datetime) -> None:
        database.transact(lambda c: points.change(c, [Change(key, 1, delta, "x")], TERMS, now))

    change("a", 10, START)
    change("b", 7, START + 10 * DAY)
    change("c", -4, START + 11 * DAY)
    assert database.transact(point_expiry.next_expiry) == START + 30 * DAY
    assert database.transact(lambda c: point_expiry.expire(c, START + 30 * DAY, 10)) == [(1, 6)]
    assert database.transact(point_expiry.next_expiry) == START + 40 * DAY
    assert database.transact(lambda c: points.balance(c, 1)) == 7
    assert database.transact(lambda c: point_expiry.expire(c, START + 40 * DAY, 10)) == [(1, 7)]
    assert database.transact(point_expiry.next_expiry) is None


def test_levels_rise_with_what_was_earned_and_spending_lowers_none(database: Database) -> None:
    def change(key: str, delta: int, cause: str = "x") -> str:
        (found,) = database.transact(lambda c: points.change(c, [Change(key, 1, delta, cause)], TERMS, START))
        return f"{found.level}{'+' if found.risen else ''}"

    assert [change("a", 10), change("b", 45), change("c", -50), change("d", 150)] == [
        "银+",
        "金+",
        "金",
        "黑+",
    ]
    assert change("e", -180, REFUND) == "银"
    assert database.transact(lambda c: [tuple(r) for r in c.execute(select(LEVEL.c.was, LEVEL.c.level))]) == [
        ("", "银"), ("银", "金"), ("金", "黑"), ("黑", "银"),
    ]  # fmt: skip


def _spend_at_once(database: Database, spenders: int, *, careful: bool) -> int:
    """Let many spend 10 of 50 points at once; return the balance that is left."""
    database.transact(lambda c: c.execute(MEMBER.insert().values(id=1, known_since=START, **BLANK)))
    database.transact(lambda c: points.change(c, [Change("come", 1, 50, "x")], TERMS, START))
    together = threading.Barrier(spenders)

    def carefully(number: int) -> None:
        together.wait()
        database.transact(lambda c: points.change(c, [Change(f"s{number}", 1, -10, "y")], TERMS, START))

    def naively(number: int) -> None:
        had = database.transact(lambda c: points.balance(c, 1))
        together.wait()
        if had >= 10:
            less = update(ACCOUNT).values(balance=ACCOUNT.c.balance - 10)
            database.transact(lambda c: c.execute(less))

    threads = [
        threading.Thread(target=carefully if careful else naively, args=(one,)) for one in range(spenders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return database.transact(lambda c: points.balance(c, 1))


BLANK = {
    "stage": "", "attributes": {}, "provenance": {}, "unfollowed": False,
}  # fmt: skip


def test_many_at_once_never_spend_what_is_not_there(database: Database) -> None:
    assert _spend_at_once(database, 8, careful=True) == 0
    assert database.transact(audited).wrong == ()


def test_the_naive_way_overspends(database: Database) -> None:
    """Otherwise the test above would show nothing."""
    assert _spend_at_once(database, 8, careful=False) < 0
