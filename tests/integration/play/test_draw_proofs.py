"""The record of a draw proves itself, and each forgery in it is seen."""

import pytest
from sqlalchemy import select, update

from storage import draw_proofs, drawing
from storage.database import Database
from storage.draws import DRAW, ENTRY
from tests.integration.play.drawing import DAY, NOW, SEED, enter, furnish


def _ended(house: Database) -> None:
    for turn in range(12):
        enter(house, f"k{turn}", who=1 + turn % 9)
    house.transact(lambda c: drawing.end_due(c, NOW + 9 * DAY, 9))


def _differences(house: Database) -> list[str]:
    found = house.transact(lambda c: draw_proofs.proof(c, "spin"))
    assert found is not None
    return draw_proofs.differences(found)


def test_the_seed_is_sealed_until_the_end_and_proves_every_entry(house: Database) -> None:
    enter(house, "k")
    assert _differences(house) == ["the seed is not shown yet"]
    (row,) = house.transact(lambda c: c.execute(select(DRAW).where(DRAW.c.name == "spin")).all())
    assert SEED not in bytes(row.seed)
    assert SEED.hex().encode() not in bytes(row.seed)
    house.transact(lambda c: drawing.end_due(c, NOW + 9 * DAY, 9))
    assert _differences(house) == []


FORGERIES = {
    "drew": update(ENTRY).where(ENTRY.c.number == 3).values(prize="coupon.b"),
    "not the one that was frozen": update(ENTRY).where(ENTRY.c.number == 3).values(who="x"),
    "committed to": update(DRAW).where(DRAW.c.name == "spin").values(revealed="00" * 32),
    "does not number them": ENTRY.delete().where(ENTRY.c.number == 12),
}


@pytest.mark.parametrize("fault", FORGERIES)
def test_each_forgery_is_seen(database: Database, fault: str) -> None:
    database.transact(furnish)
    _ended(database)
    assert _differences(database) == []
    database.transact(lambda c: c.execute(FORGERIES[fault]))
    assert any(fault in one for one in _differences(database))


def test_changed_odds_are_seen(house: Database) -> None:
    _ended(house)
    (row,) = house.transact(lambda c: c.execute(select(DRAW).where(DRAW.c.name == "spin")).all())
    other = {**row.terms, "prizes": [["coupon.a", 0], ["points.50", 0], ["nothing", 10**9]]}
    house.transact(lambda c: c.execute(update(DRAW).where(DRAW.c.name == "spin").values(terms=other)))
    assert any("drew nothing" in one for one in _differences(house))
    house.transact(lambda c: c.execute(update(DRAW).where(DRAW.c.name == "spin").values(terms=row.terms)))
