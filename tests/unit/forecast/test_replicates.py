"""A large community is played in parts: together they may do what one account may."""

from datetime import datetime, timedelta

import pytest

from bot.domain.delivery.pace import grant
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.routes import Rate
from scheduler.forecast.replicates import slower

START = datetime.fromisoformat("2026-12-01T10:00:00+00:00")


def _calls(rate: Rate, span: timedelta) -> int:
    """Return how many calls leave in this time when there are always more."""
    arrival, now, calls = START, START, 0
    while now < START + span:
        given = grant(arrival, rate, 1, 1000, now)
        arrival, now, calls = given.arrival, max(given.next_at, now + rate.interval), calls + given.calls
    return calls


@pytest.mark.parametrize(("parts", "scale"), [(2, 1.0), (3, 7.0)])
def test_the_parts_share_the_rate_of_the_account(parts: int, scale: float) -> None:
    policy = DeliveryPolicy(routes={}, rates={"shop": Rate(50), "desk": Rate(3000, timedelta(minutes=1))})
    own = slower(policy, parts * scale)
    for name, rate in policy.rates.items():
        whole = _calls(rate, timedelta(minutes=5))
        assert whole == pytest.approx(15_000, rel=0.05)
        # Each of a part stands for `scale` members.
        assert parts * scale * _calls(own.rates[name], timedelta(minutes=5)) == pytest.approx(whole, rel=0.05)
