"""Whoever draws is killed before the commit: nothing of it stays, and later there is all of it, once."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from bot.domain.activities.drawing import drawn_together
from storage import draw_proofs, drawing, draws, points
from storage.coupon_stock import COUPON
from storage.database import Connection, Database
from storage.draw_terms import prizes_of
from storage.draws import DRAW, ENTRY
from storage.reports import audited
from storage.tables import table
from storage.tables.events import AnnouncementRow
from tests.integration.play.drawing import DAY, DRAWN, NOW, SEED, enter, furnish
from tests.integration.storage.conftest import ring

LATE = NOW + 2 * DAY


@pytest.fixture
def house(any_database_url: str) -> Iterator[Database]:
    with Database.open(any_database_url, ring()) as opened:
        opened.transact(furnish)
        for who in range(1, 8):
            enter(opened, f"k{who}", who=who, lottery=DRAWN)
        yield opened
        assert opened.transact(audited).wrong == ()


def killed(url: str, what: str) -> None:
    worker = [sys.executable, "-m", "tests.faults.drawers", url, what]
    ran = subprocess.run(worker, check=False, timeout=60, capture_output=True, text=True)
    assert ran.returncode == -signal.SIGKILL, ran.stderr


def _given(c: Connection) -> tuple[str, int, int]:
    """Return the state of the draw, coupons that somebody has, and what was announced."""
    state = c.execute(select(DRAW.c.state).where(DRAW.c.name == "gala")).scalar_one()
    held = select(func.count()).select_from(COUPON).where(COUPON.c.member_id.is_not(None))
    told = select(func.count()).select_from(table(AnnouncementRow))
    return state, c.execute(held).scalar_one(), c.execute(told).scalar_one()


def test_a_draw_killed_before_its_commit_is_drawn_again_with_the_same_winners(
    house: Database, any_database_url: str
) -> None:
    def expected(c: Connection) -> dict[int, str]:
        (row,) = c.execute(select(DRAW).where(DRAW.c.name == "gala")).all()
        return drawn_together(SEED, "gala", draws.entries_of(c, "gala"), prizes_of(row))

    due = house.transact(expected)
    for _ in range(3):
        killed(any_database_url, "draw")
        assert house.transact(_given) == ("open", 0, 0)
    assert house.transact(lambda c: drawing.end_due(c, LATE, 9)) == 1
    proof = house.transact(lambda c: draw_proofs.proof(c, "gala"))
    assert proof is not None
    assert {number: prize for number, prize in proof.prizes.items() if prize} == due
    assert draw_proofs.differences(proof) == []
    assert house.transact(_given) == ("drawn", 1, 4)


def test_a_chance_killed_at_its_commit_costs_nothing_and_has_one_result(
    house: Database, any_database_url: str
) -> None:
    killed(any_database_url, "tap")
    mine = select(func.count()).select_from(ENTRY).where(ENTRY.c.draw == "spin")
    assert house.transact(lambda c: c.execute(mine).scalar_one()) == 0
    assert house.transact(lambda c: points.balance(c, 9)) == 10_000
    first, again = enter(house, "late", who=9), enter(house, "late", who=9)
    assert first.facts["number"] == again.facts["number"] == 1
    assert first.facts["prize"] == again.facts["prize"]
