"""Many who draw at once: numbers without a gap, one result a tap, never more than there is."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from storage import coupons, draw_prizes
from storage.coupon_stock import BATCH, COUPON
from storage.database import Connection, Database
from storage.draws import ENTRY, PRIZE
from tests.integration.play.drawing import enter, furnish

HANDS = 8
TURNS = 12


def _together(work: Callable[[int], object]) -> None:
    """Let so many hands do their work at the same time; what fails in one fails here."""
    begin = threading.Barrier(HANDS)

    def one(hand: int) -> None:
        begin.wait()
        work(hand)

    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(one, range(HANDS)))


def test_many_at_once_are_numbered_without_a_gap_and_one_tap_has_one_result(house: Database) -> None:
    _together(lambda hand: enter(house, f"k{hand % 4}", who=1 + hand % 4))
    numbers = house.transact(
        lambda c: c.execute(select(ENTRY.c.number).order_by(ENTRY.c.number)).scalars().all()
    )
    assert list(numbers) == [1, 2, 3, 4]


def _rush(database: Database) -> tuple[int, int, int]:
    """Draw 96 times at once; return coupons there, entries called given, and what is counted as gone."""

    def turns(hand: int) -> None:
        for turn in range(TURNS):
            enter(database, f"k{hand}:{turn}", who=1 + hand)

    _together(turns)

    def counted(c: Connection) -> tuple[int, int, int]:
        there = select(func.count()).select_from(COUPON).where(COUPON.c.member_id.is_not(None))
        won = (ENTRY.c.prize == "coupon.a", ENTRY.c.given == "given")
        gone = select(PRIZE.c.given).where(PRIZE.c.draw == "spin", PRIZE.c.prize == "coupon.a")
        told = select(func.count()).select_from(ENTRY).where(*won)
        return c.execute(there).scalar_one(), c.execute(told).scalar_one(), c.execute(gone).scalar_one()

    return database.transact(counted)


def test_ninety_six_draws_at_once_give_the_three_coupons_there_are(house: Database) -> None:
    assert _rush(house) == (3, 3, 3)


def test_looking_before_giving_gives_more(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would show nothing: whoever looks first, outside, gives what is gone."""
    database.transact(furnish)
    taken = database.transact(lambda c: c.execute(select(BATCH.c.taken)).scalar_one())

    def naive(
        connection: Connection, prize: draw_prizes.Prize, batch: str, _now: object
    ) -> draw_prizes.Handed:
        if taken >= 3:
            return draw_prizes.Handed("sold_out")
        row = {"batch": batch, "code": coupons.make_code(), "state": "issued", "member_id": prize.member_id}
        connection.execute(COUPON.insert(), {**row, "basis": "", "order_id": ""})
        connection.execute(update(BATCH).values(taken=taken + 1))
        return draw_prizes.Handed("given")

    monkeypatch.setattr(draw_prizes, "_coupon", naive)
    there, _told, _gone = _rush(database)
    assert there > 3
