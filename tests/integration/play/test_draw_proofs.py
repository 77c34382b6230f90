"""The record of a draw proves itself, and each forgery in it is seen."""

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select, update

from storage import draw_proofs, drawing
from storage.database import Database
from storage.draws import DRAW, ENTRY, PRIZE
from tests.integration.play.drawing import DAY, DRAWN, NOW, SEED, enter, furnish


def _ended(house: Database) -> None:
    for turn in range(12):
        enter(house, f"k{turn}", who=1 + turn % 9)
        enter(house, f"d{turn}", who=1 + turn % 9, lottery=DRAWN)
    house.transact(lambda c: drawing.end_due(c, NOW + 9 * DAY, 9))


def _differences(house: Database, name: str = "spin") -> list[str]:
    found = house.transact(lambda c: draw_proofs.proof(c, name))
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


SPUN, GALA = (ENTRY.c.draw == "spin"), (ENTRY.c.draw == "gala")
THIRD = update(ENTRY).where(SPUN, ENTRY.c.number == 3)
WON = update(ENTRY).where(GALA, ENTRY.c.prize == "coupon.a")
LOST = update(ENTRY).where(GALA, ENTRY.c.prize == "")
COUPONS = update(ENTRY).where(SPUN, ENTRY.c.prize == "coupon.a")
FORGERIES: dict[str, tuple[str, Any]] = {
    "a prize of one's own": ("spin", THIRD.values(prize="coupon.b")),
    "another member": ("spin", THIRD.values(who="x")),
    "another callback": ("spin", THIRD.values(token="x")),
    "another moment": ("spin", THIRD.values(at=NOW - DAY)),
    "another seed": ("spin", update(DRAW).where(DRAW.c.name == "spin").values(revealed="00" * 32)),
    "one left out at the end": ("spin", ENTRY.delete().where(SPUN, ENTRY.c.number == 12)),
    "one left out between": ("spin", ENTRY.delete().where(SPUN, ENTRY.c.number == 6)),
    "given and called sold out": ("spin", COUPONS.values(given="sold_out")),
    "lost and called given": (
        "spin",
        update(ENTRY).where(SPUN, ENTRY.c.prize == "nothing").values(given="given"),
    ),
    "counted wrongly": ("spin", update(PRIZE).where(PRIZE.c.draw == "spin").values(given=PRIZE.c.given + 1)),
    "a draw's winner struck": ("gala", WON.values(given="operator", prize="")),
    "a draw's winner left out": ("gala", ENTRY.delete().where(GALA, ENTRY.c.prize == "coupon.a")),
    "a draw's loser left out": ("gala", ENTRY.delete().where(GALA, ENTRY.c.number == 2)),
    "a draw's loser made a winner": ("gala", LOST.values(prize="points.500", given="given")),
    "more winners than prizes": ("gala", update(PRIZE).where(PRIZE.c.draw == "gala").values(stock=0)),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_each_forgery_is_seen(database: Database, forgery: str) -> None:
    database.transact(furnish)
    _ended(database)
    name, forge = FORGERIES[forgery]
    assert _differences(database, name) == []
    forged = database.transact(lambda c: c.execute(forge).rowcount)
    assert forged > 0
    assert _differences(database, name) != []


def test_the_record_is_enough_to_draw_again(house: Database) -> None:
    """Whoever has the public record and no house finds every winner."""
    _ended(house)
    found = house.transact(lambda c: draw_proofs.proof(c, "gala"))
    assert found is not None
    record = json.loads(json.dumps(found.document()))
    seed = bytes.fromhex(record["seed"])
    assert sha256(seed).hexdigest() == record["commitment"]
    lines = [" ".join(map(str, entry[:4])) for entry in record["entries"]]
    digest = sha256("\n".join(lines).encode()).hexdigest()
    assert digest == record["digest"]

    def mark(entry: list[Any]) -> bytes:
        return hmac.new(seed, f"gala:{digest}:{entry[0]}".encode(), sha256).digest()

    prizes = [prize for prize, count in record["terms"]["prizes"] for _ in range(count)]
    lucky: dict[str, int] = {}
    for entry in sorted(record["entries"], key=mark):
        lucky.setdefault(entry[2], entry[0])
    due = dict(zip(lucky.values(), prizes, strict=False))
    assert due == {entry[0]: entry[4] for entry in record["entries"] if entry[4]}


def test_changed_odds_are_seen(house: Database) -> None:
    _ended(house)
    (row,) = house.transact(lambda c: c.execute(select(DRAW).where(DRAW.c.name == "spin")).all())
    other = {**row.terms, "prizes": [["coupon.a", 0], ["points.50", 0], ["nothing", 10**9]]}
    house.transact(lambda c: c.execute(update(DRAW).where(DRAW.c.name == "spin").values(terms=other)))
    assert any("drew nothing" in one for one in _differences(house))
    house.transact(lambda c: c.execute(update(DRAW).where(DRAW.c.name == "spin").values(terms=row.terms)))
