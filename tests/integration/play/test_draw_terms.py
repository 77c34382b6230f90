"""The terms of a lottery stand from its opening on, whatever the file says, and are what is told."""

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.domain.activities import Lottery
from bot.domain.activities.listing import prize_scope
from bot.domain.effects import EnterDraw, TellDraw
from bot.domain.value import evolve
from storage import alerts, draw_entries, draws, switches
from storage.database import Connection, Database
from storage.draws import DRAW, PRIZE
from tests.integration.play.drawing import DAY, NOW, SEED, TERMS, enter

SOON = Lottery("soon", "instant", {"points.50": 0.5, "nothing": 0.5}, NOW + DAY, NOW + 3 * DAY, cost=5)
# Another kind, other prizes, dearer, and over sooner.
OTHER = Lottery("soon", "draw", {"points.9": 2}, NOW + DAY, NOW + 2 * DAY, NOW + 2 * DAY, cost=50)


def _state(house: Database, lottery: Lottery, at: datetime) -> tuple[int, list[str]]:
    """Bring the house up to date with a file; return what a chance costs then, and the alerts."""
    house.transact(lambda c: draws.sync(c, [lottery], TERMS, lambda: SEED, at))
    terms = house.transact(
        lambda c: c.execute(select(DRAW.c.terms).where(DRAW.c.name == "soon")).scalar_one()
    )
    return terms["cost"], [one.name for one in house.transact(alerts.standing)]


def test_terms_may_change_before_the_opening_and_the_prizes_follow(house: Database) -> None:
    assert _state(house, SOON, NOW) == (5, [])
    assert _state(house, OTHER, NOW) == (50, [])
    laid = house.transact(lambda c: c.execute(select(PRIZE).where(PRIZE.c.draw == "soon")).all())
    assert [(one.prize, one.stock) for one in laid] == [("points.9", 2)]


def test_terms_stand_from_the_opening_on_though_nobody_entered(house: Database) -> None:
    _state(house, SOON, NOW)
    assert _state(house, OTHER, NOW + DAY) == (5, ["draw:soon"])
    assert _state(house, SOON, NOW + DAY) == (5, [])


def test_terms_stand_once_an_operator_opened_by_hand(house: Database) -> None:
    _state(house, SOON, NOW)
    house.transact(lambda c: switches.turn_on(c, "activity:soon", "m1", NOW, "open"))
    assert _state(house, OTHER, NOW) == (5, ["draw:soon"])


@pytest.mark.parametrize("opens", [None, NOW + DAY])
def test_terms_stand_once_it_is_open_or_somebody_entered(house: Database, opens: datetime | None) -> None:
    lottery = evolve(SOON, opens=opens)
    _state(house, lottery, NOW)
    if opens is not None:
        house.transact(lambda c: c.execute(DRAW.update().where(DRAW.c.name == "soon").values(entries=1)))
    assert _state(house, evolve(OTHER, opens=opens), NOW) == (5, ["draw:soon"])
    house.transact(lambda c: c.execute(DRAW.update().where(DRAW.c.name == "soon").values(entries=0)))


def test_what_is_told_and_what_is_played_is_what_stands(house: Database) -> None:
    _state(house, SOON, NOW)
    _state(house, OTHER, NOW + DAY)

    def work(c: Connection) -> None:
        (came,) = draw_entries.tell(c, [TellDraw(1, OTHER, NOW + DAY)], NOW + DAY)
        assert (came.facts["cost"], came.facts["draws_at"]) == (5, "")
        assert draws.laid_out(c, "soon") == ("instant", {"points.50": 5 * 10**8, "nothing": 5 * 10**8})

    house.transact(work)
    # The file says that it is over by then.
    came = enter(house, "k", lottery=OTHER, at=NOW + 2 * DAY)
    assert (came.reason, came.facts["cost"]) == ("", 5)


def test_it_opens_and_closes_by_what_stands_unless_an_operator_says_otherwise(house: Database) -> None:
    _state(house, SOON, NOW)

    def tried(at: datetime, by_hand: str = "") -> str:
        one = EnterDraw(1, SOON, "random_test", f"{at}{by_hand}", at, TERMS, by_hand)
        return house.transact(lambda c: draw_entries.enter(c, [one], at))[0].reason

    assert tried(NOW) == "not_yet"
    assert tried(NOW, "open") == ""
    assert tried(NOW + DAY, "closed") == "shut"
    assert tried(NOW + DAY) == ""
    assert tried(NOW + 3 * DAY, "open") == "over"


def test_a_prize_is_shown_by_its_title_and_its_chance_as_it_is() -> None:
    shown = prize_scope("instant", "points.50", 12_500_000, {})
    assert (shown["kind"], shown["worth"], shown["chance"]) == ("points", 50, "1.25")
    assert prize_scope("instant", "nothing", 10**9, {})["chance"] == "100"
    assert prize_scope("instant", "nothing", 1, {})["chance"] == "0.0000001"
    assert prize_scope("draw", "coupon.a", 10**6, {})["winners"] == 10**6
