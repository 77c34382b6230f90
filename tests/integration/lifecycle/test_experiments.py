"""Experiments and control groups counted in a real database, and decided by night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.domain.events import InboundEvent
from bot.domain.experiments.reading import Verdict
from bot.domain.experiments.trials import Told, told
from scheduler.experiments import decide, decides_itself
from storage import events, switches, trials
from tests.integration.lifecycle.town import Town, opened
from tests.unit.lifecycle.community import rule

DAY = timedelta(days=1)
STEPS = (
    "[{id: x, experiment: {salt: s, arms: {a: 0.5, b: 0.5}, decide: {after: 1d, min_per_arm: 20, DECIDE},"
    " a: [{id: ta, tag: {add: [甲]}}], b: []}}]"
)
GOAL = "{event: order.paid, value: amount, within: 7d, after_goal: continue}"
MORE = f"    goal: {GOAL}\n    holdout: {{percent: 20}}\n"


def text(decided: str = "winner: manual") -> str:
    return rule(STEPS.replace("DECIDE", decided), more=MORE)


@pytest.fixture
def town(any_database_url: str, request: pytest.FixtureRequest) -> Iterator[Town]:
    with opened(any_database_url) as database:
        yield Town(database, text(getattr(request, "param", "winner: manual")))


def live(town: Town, count: int, buys: dict[str, int]) -> None:
    """Members enter; of each side every so-manieth buys for 10 yuan the day after."""
    town.settle(count)
    for who in range(1, count + 1):
        town.hear("member.followed", who)
    sides = {who: side(town, who) for who in range(1, count + 1)}
    town.now += DAY
    seen: dict[str, int] = {}
    for who, name in sides.items():
        seen[name] = seen.get(name, 0) + 1
        if buys[name] and seen[name] % buys[name] == 0:
            pay(town, who, 1000)


def side(town: Town, who: int) -> str:
    ((arm, held_out),) = town.database.transact(
        lambda c: [
            (row.arm, row.held_out)
            for row in c.execute(trials.RUN.select().where(trials.RUN.c.member_id == who))
        ]
    )
    return "held_out" if held_out else str(arm)


def pay(town: Town, who: int, amount: int) -> None:
    town.hear("order.paid", who)
    paid = InboundEvent(f"p{who}{town.now}", "shop", "order.paid", town.now, f"member:m{who}", amount=amount)
    town.database.transact(lambda c: events.append(c, [events.Happened.of(who, paid)], town.now))


def reading(town: Town) -> Told:
    (one,) = town.book.rules.values()
    (trial,) = town.database.transact(lambda c: trials.counted(c, [one], town.now))
    return told(one, trial, town.now)


def test_runs_count_when_their_goal_s_time_is_over_and_not_before(town: Town) -> None:
    live(town, 60, {"a": 1, "b": 0, "held_out": 2})
    early = reading(town)
    assert early.arms is not None
    assert [arm.matured for arm, _ in early.arms.arms] == [0, 0]
    town.now += 8 * DAY
    found = reading(town)
    assert found.arms is not None
    assert found.control is not None
    (a, _), (b, _) = found.arms.arms
    (treated, _), (apart, _) = found.control.arms
    assert a.assigned == a.matured == a.reached
    assert (b.reached, b.spread.total) == (0, 0)
    assert a.spread.total == 1000 * a.reached
    assert treated.assigned == a.assigned + b.assigned
    assert treated.assigned + apart.assigned == 60
    assert apart.reached == apart.assigned // 2


def test_a_purchase_after_the_goal_s_time_earns_nothing(town: Town) -> None:
    live(town, 40, {"a": 1, "b": 0, "held_out": 0})
    town.now += 8 * DAY
    before = reading(town)
    for who in range(1, 41):
        pay(town, who, 5000)
    assert reading(town).arms == before.arms


@pytest.mark.parametrize("town", ["winner: automatic"], indirect=True)
def test_a_safe_winner_is_named_by_night_once_and_takes_everybody_new(town: Town) -> None:
    (one,) = town.book.rules.values()
    assert decides_itself(one)
    live(town, 200, {"a": 1, "b": 0, "held_out": 0})
    assert town.database.transact(lambda c: decide(c, [one], town.now)) == 0
    town.now += 8 * DAY
    found = reading(town).arms
    assert found is not None
    assert (found.verdict, found.winner) == (Verdict.WINNER, "a")
    assert town.database.transact(lambda c: decide(c, [one], town.now)) == 1
    assert town.database.transact(lambda c: decide(c, [one], town.now)) == 0
    _, orders = town.database.transact(lambda c: switches.orders(switches.all_on(c)))
    town.book = town.book.ordered_to((), orders)
    town.settle_more(201, 260)
    for who in range(201, 261):
        town.hear("member.followed", who)
    assert {side(town, who) for who in range(201, 261)} <= {"a", "held_out"}


@pytest.mark.parametrize("town", ["allocate: thompson"], indirect=True)
def test_sampled_arms_shift_to_the_better_and_starve_none(town: Town) -> None:
    live(town, 120, {"a": 2, "b": 8, "held_out": 0})
    town.now += 8 * DAY
    (one,) = town.book.rules.values()
    assert town.database.transact(lambda c: decide(c, [one], town.now)) == 1
    _, orders = town.database.transact(lambda c: switches.orders(switches.all_on(c)))
    arms = town.book.ordered_to((), orders).rules["r"].arms
    assert arms["a"] > 0.8
    assert arms["b"] > 0.03


def test_too_few_members_give_no_verdict_but_the_number_that_is_missing(town: Town) -> None:
    live(town, 20, {"a": 1, "b": 0, "held_out": 0})
    town.now += 8 * DAY
    found = reading(town).arms
    assert found is not None
    assert found.verdict is Verdict.TOO_EARLY
    assert found.needs > 0
