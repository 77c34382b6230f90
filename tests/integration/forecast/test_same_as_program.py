"""Given what members do, a forecast counts what the program does: entries, sends by route, drops, goals."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import load
from bot.config import Config
from bot.domain.forecast.series import DROPPED, ENTERED, SENT, Series
from bot.forecasting import Foreteller, Wish
from bot.opening import open_database
from storage.database import Connection
from storage.forecasting.outcome import happened
from storage.tables import table
from storage.tables.members import IdentityRow
from tests.fakes import START
from tests.integration.delivery.test_campaign_arms import EXPERIMENT
from tests.integration.forecast.scripted import foretold
from tests.integration.forecast.town import DAYS, Town, story
from tests.whole import ENVIRONMENT, write_config

IDENTITY = table(IdentityRow)
HALF = START + timedelta(days=DAYS // 2)
END = START + timedelta(days=DAYS)
# A story brings the newcomers itself; what waits is in no total of the program.
COUNTED = {"entered", "held_out", "sent", "dropped", "goal", "issued", "redeemed"}


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    url = f"sqlite:///{tmp_path}/town.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    return load(write_config(tmp_path, "http://127.0.0.1:9", url, {"\noperators: ": EXPERIMENT}), ENVIRONMENT)


def both(config: Config, seed: int) -> tuple[dict[Series, int], dict[Series, int]]:
    """What the program did in the second half of a story, and what a forecast from the middle counts."""
    events = story(seed)
    first, second = [one for one in events if one.at < HALF], [one for one in events if one.at >= HALF]
    with open_database(config) as database:
        town = Town(config, database)
        town.live(first, HALF)
        wish = Wish(DAYS // 2, replicates=1)
        plan = database.transact(lambda c: Foreteller(config, wish).plan(c, HALF))
        town.live(second, END)
        really = database.transact(lambda c: happened(c, HALF, END))
        numbers = database.transact(_numbers)
    counted = foretold(plan, second, numbers)
    return _comparable(really), _comparable(counted)


def _comparable(found: dict[Series, int]) -> dict[Series, int]:
    return {series: count for series, count in found.items() if series[0] in COUNTED and count}


def _numbers(c: Connection) -> dict[str, int]:
    return dict(c.execute(select(IDENTITY.c.known_as, IDENTITY.c.member_id)).all())


@pytest.mark.parametrize("seed", [28])
def test_a_forecast_counts_what_the_program_does(config: Config, seed: int) -> None:
    really, counted = both(config, seed)
    assert counted == really
    assert {ENTERED, SENT, DROPPED} <= {series[0] for series in really}
    assert any(series[:2] == (SENT, "campaign:tried") for series in really)
