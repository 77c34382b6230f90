"""Rolling caps and the account's rate, against plain counting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery.caps import capped_until
from bot.domain.delivery.pace import BUNCH, grant
from bot.domain.delivery.policy import CapRule
from bot.domain.delivery.routes import Rate
from bot.domain.delivery.world import Counted

START = datetime(2026, 11, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
caps = st.lists(
    st.builds(CapRule, st.just("marketing"), st.integers(1, 4), st.integers(1, 72).map(lambda n: n * HOUR)),
    max_size=3,
)
ages = st.lists(st.integers(0, 100).map(lambda n: n * HOUR), max_size=12)


def fits(times: list[datetime], rules: list[CapRule], now: datetime) -> bool:
    return all(sum(at > now - rule.per for at in times) < rule.max for rule in rules)


@given(caps, ages)
def test_a_capped_message_fits_exactly_from_the_moment_named(
    rules: list[CapRule], sent: list[timedelta]
) -> None:
    times = [START - age for age in sent]
    until = capped_until("marketing", [Counted("marketing", at) for at in times], rules, START)
    if until is None:
        assert fits(times, rules, START)
        return
    assert not fits(times, rules, START)
    assert fits(times, rules, until)
    assert not fits(times, rules, until - timedelta(microseconds=1))


def test_other_purposes_do_not_count() -> None:
    sent = [Counted("service", START)]
    assert capped_until("marketing", sent, [CapRule("marketing", 1, HOUR)], START) is None


@given(
    st.integers(1, 2000),
    st.sampled_from([1, 2, 4]),
    st.sampled_from([timedelta(seconds=1), timedelta(minutes=1)]),
    st.lists(st.tuples(st.integers(0, 700), st.integers(1, 60)), max_size=60),
)
def test_no_period_sees_more_calls_than_the_rate_and_one_bunch(
    sends: int, slowdown: int, per: timedelta, asked: list[tuple[int, int]]
) -> None:
    rate = Rate(sends, per)
    arrival, now = START, START
    made: list[datetime] = []
    for pause_ms, wanted in asked:
        now += pause_ms * per / 1000
        given_ = grant(arrival, rate, slowdown, wanted, now)
        assert 0 <= given_.calls <= wanted
        assert given_.next_at >= now
        arrival = given_.arrival
        made += [now] * given_.calls
    bunch = int(per * BUNCH / (rate.interval * slowdown)) + 1
    for first in made:
        within = sum(first <= at < first + per for at in made)
        assert within <= sends / slowdown + bunch + 1


def test_a_call_refused_now_is_granted_at_the_moment_named() -> None:
    rate = Rate(50)
    first = grant(START, rate, 1, 1000, START)
    assert first.calls == 5
    assert grant(first.arrival, rate, 1, 1, START).calls == 0
    assert grant(first.arrival, rate, 1, 1, first.next_at).calls == 1
    assert grant(first.arrival, rate, 1, 1, first.next_at - timedelta(milliseconds=1)).calls == 0


def test_a_rate_by_the_minute_bunches_by_the_minute() -> None:
    assert grant(START, Rate(3000, timedelta(minutes=1)), 1, 1000, START).calls == 300
    assert grant(START, Rate(50), 1, 1000, START).calls == 5
