"""An experiment inside a campaign: arms by hash, kept in the rows; a control group; counted and decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.app import load
from bot.config import Config
from bot.domain.experiments.trials import Trial, told_of
from bot.domain.lifecycle.campaign import Campaign
from bot.opening import open_database
from scheduler.campaigns import fire
from scheduler.experiments import decide_pushes
from storage import campaign_trials, events, trials
from storage.database import Connection, Database
from storage.events import Happened
from storage.outbox.rows import OUTBOX
from storage.switches import all_on
from storage.tables import table
from storage.tables.members import MemberRow
from tests.fakes import START
from tests.whole import ENVIRONMENT, write_config

MEMBERS = 300
DAY = timedelta(days=1)
EXPERIMENT = """
  tried:
    purpose: service
    schedule: {every: 1w, days: [fri], at: "19:30"}
    audience: {}
    goal: {event: order.paid, value: amount, within: 7d, of: assignment}
    experiment:
      salt: spring
      arms: {picture: 0.4, words: 0.4, nobody: 0.2}
      decide: {metric: goal, alpha: 0.05, min_per_arm: 20, after: 7d, winner: automatic}
      picture: {send: {template: vip/thanks, via: [customer_service]}}
      words: {send: {template: referral/reward, via: [customer_service]}}
      nobody: {}

operators: """


@pytest.fixture
def config(tmp_path: Path, any_database_url: str) -> Config:
    changes = {"\noperators: ": EXPERIMENT}
    return load(write_config(tmp_path, "http://127.0.0.1:9", any_database_url, changes), ENVIRONMENT)


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    with open_database(config) as opened:
        plain = {"stage": "", "known_since": START, "attributes": {}, "provenance": {}, "unfollowed": False}
        rows = [{"id": number, **plain} for number in range(1, MEMBERS + 1)]
        opened.transact(lambda c: c.execute(insert(table(MemberRow)), rows))
        yield opened


def _fired(database: Database, campaign: Campaign, at: datetime) -> dict[int, str]:
    """Let the campaign fire; return each member's arm as its row keeps it."""
    database.transact(lambda c: fire(c, campaign, at, at))
    o = OUTBOX.c

    def work(c: Connection) -> dict[int, str]:
        rows = c.execute(OUTBOX.select().where(o.campaign == "tried", o.created_at == at))
        return {row.member_id: row.step for row in rows}

    return database.transact(work)


def _bought(database: Database, members: list[int], at: datetime) -> None:
    happened = [Happened(one, "order.paid", at, f"o{one}", "webhook", 5000) for one in members]
    database.transact(lambda c: events.append(c, happened, at))


def _counted(database: Database, campaign: Campaign, now: datetime) -> Trial:
    (trial,) = database.transact(lambda c: campaign_trials.counted(c, [campaign], now))
    return trial


def test_everybody_is_dealt_one_arm_for_good_and_the_control_group_gets_nothing(
    config: Config, database: Database
) -> None:
    campaign = config.campaigns["tried"]
    first = _fired(database, campaign, START)
    assert len(first) == MEMBERS
    sizes = {arm: list(first.values()).count(arm) for arm in ("picture", "words", "nobody")}
    assert sum(sizes.values()) == MEMBERS
    assert abs(sizes["picture"] - 120) < 35
    assert abs(sizes["nobody"] - 60) < 30
    assert _fired(database, campaign, START + 7 * DAY) == first

    def states(c: Connection) -> set[tuple[str, str, str, str]]:
        o = OUTBOX.c
        rows = c.execute(OUTBOX.select().with_only_columns(o.step, o.state, o.reason, o.template).distinct())
        return {tuple(row) for row in rows}

    assert database.transact(states) == {
        ("picture", "queued", "", "vip/thanks"),
        ("words", "queued", "", "referral/reward"),
        ("nobody", "skipped", "holdout", "vip/thanks"),
    }


def test_arms_count_whose_time_is_over_from_their_first_time_on(config: Config, database: Database) -> None:
    campaign = config.campaigns["tried"]
    arms = _fired(database, campaign, START)
    chosen = [member for member, arm in arms.items() if arm == "picture"][:30]
    _bought(database, chosen, START + 2 * DAY)
    _bought(database, [member for member, arm in arms.items() if arm == "words"][:5], START + 9 * DAY)
    early = {arm.name: arm for arm in _counted(database, campaign, START + 6 * DAY).arms}
    assert {(arm.matured, arm.reached) for arm in early.values()} == {(0, 0)}
    late = {arm.name: arm for arm in _counted(database, campaign, START + 8 * DAY).arms}
    assert (late["picture"].reached, late["picture"].spread.total) == (30, 150_000)
    assert (late["words"].reached, late["nobody"].reached) == (0, 0)
    assert sum(arm.assigned for arm in late.values()) == sum(arm.matured for arm in late.values()) == MEMBERS


def test_a_safe_winner_takes_everybody_new_and_one_is_chosen_by_hand(
    config: Config, database: Database
) -> None:
    campaign = config.campaigns["tried"]
    arms = _fired(database, campaign, START)
    buyers = [member for member, arm in arms.items() if arm == "picture"]
    _bought(database, buyers, START + DAY)
    now = START + 8 * DAY
    assert database.transact(lambda c: decide_pushes(c, [campaign], now)) == 1
    assert database.transact(all_on)["arms:campaign:tried"] == "picture=1"
    assert database.transact(lambda c: decide_pushes(c, [campaign], now)) == 0
    reading = told_of(campaign, _counted(database, campaign, now), now).arms
    assert reading is not None
    assert reading.winner == "picture"
    assert set(_fired(database, campaign, now).values()) == {"picture"}
    database.transact(lambda c: trials.order(c, "campaign:tried", "", "us", now))
    assert _fired(database, campaign, now + DAY) == arms


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("within: 7d, of: assignment", "of: assignment", "needs a goal with within"),
        ("of: assignment}\n    experiment", "of: send}\n    experiment", "no send to count from"),
        ("nobody: 0.2}", "nobody: 0.3}", "add up to something else than 1"),
        ("\n      nobody: {}", "", "nobody: {} for a control group"),
    ],
)
def test_what_cannot_be_counted_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    from bot.domain.errors import ConfigError

    changes = {"\noperators: ": EXPERIMENT.replace(old, new)}
    url = f"sqlite:///{tmp_path}/x.db"
    with pytest.raises(ConfigError) as refused:
        load(write_config(tmp_path, "http://127.0.0.1:9", url, changes), ENVIRONMENT)
    assert any("campaigns.tried" in line and said in line for line in refused.value.problems)
