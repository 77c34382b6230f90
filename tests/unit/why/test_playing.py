"""Why a member cannot join: each thing in the way by name, with when it goes by itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.activities import CheckIn, FlashSale, GroupBuy, Lottery, Poll
from bot.domain.activities.opening import CLOSED, OPEN
from bot.domain.activities.terms import Activity
from bot.domain.coupons import MemberLimit
from bot.domain.members import Member, Tally
from bot.domain.why.playing import Hurdle, Player, Took, hurdles

NOW = datetime(2026, 12, 1, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
HOUR = timedelta(hours=1)
ZONE = ZoneInfo("Asia/Shanghai")
MEMBER = Member(1, NOW)
DRAW = Lottery("lottery", "instant", {"nothing": 1.0}, cost=20, per_member=MemberLimit(2, 24 * HOUR))
RICH = Player(MEMBER, points=20)


def names(activity: Activity, player: Player, now: datetime = NOW, **switched: str) -> list[str]:
    return [one.name for one in hurdles(activity, player, switched, ZONE, now)]


def test_nothing_is_in_the_way_of_who_can_pay() -> None:
    assert names(DRAW, RICH) == []


def test_an_activity_is_closed_by_its_times_and_by_hand() -> None:
    sale = FlashSale("tea", "tea", opens=NOW + HOUR, closes=NOW + 2 * HOUR)
    assert hurdles(sale, RICH, {}, ZONE, NOW) == [Hurdle("not_yet", NOW + HOUR)]
    assert names(sale, RICH, tea=OPEN) == []
    assert names(sale, RICH, NOW + HOUR) == []
    assert names(sale, RICH, NOW + HOUR, tea=CLOSED) == ["shut"]
    assert names(sale, RICH, NOW + 2 * HOUR, tea=OPEN) == ["over"]


def test_points_that_lack_are_told_with_what_it_costs() -> None:
    (found,) = hurdles(DRAW, Player(MEMBER, points=19), {}, ZONE, NOW)
    assert (found.name, found.figures) == ("too_few", {"has": 19, "needs": 20})


def test_a_limit_goes_when_the_oldest_within_it_does() -> None:
    took = tuple(Took(NOW - hours * HOUR, "nothing") for hours in (1, 3, 30))
    (found,) = hurdles(DRAW, Player(MEMBER, points=20, took=took), {}, ZONE, NOW)
    assert (found.name, found.until) == ("limit", NOW + 21 * HOUR)
    assert names(DRAW, Player(MEMBER, points=20, took=took[1:])) == []


def test_operators_win_nothing() -> None:
    assert names(DRAW, Player(MEMBER, points=20, operator=True)) == ["operator"]


@pytest.mark.parametrize(("zone", "kept_out"), [(None, True), ("America/New_York", False)])
def test_a_day_is_the_member_s_own(zone: str | None, kept_out: bool) -> None:
    """Half past eight in the morning of Shanghai was still the evening before in New York."""
    player = Player(Member(1, NOW, zone=zone), took=(Took(NOW - 14 * HOUR, "2026-12-01"),))
    assert (names(CheckIn("check_in", 5), player) == ["done_today"]) is kept_out


def test_a_group_wants_what_it_requires_and_one_at_a_time() -> None:
    buy = GroupBuy("tea_3", 3, 24 * HOUR, "tea", requires="order.paid")
    assert names(buy, Player(MEMBER)) == ["requires"]
    paid = Member(1, NOW, tallies={"order.paid": Tally(1, NOW, NOW)})
    assert names(buy, Player(paid)) == []
    assert names(buy, Player(paid, took=(Took(NOW, "open"), Took(NOW, "filled")))) == ["waits"]
    assert names(buy, Player(paid, took=(Took(NOW, "filled"),))) == []


def test_a_quiz_is_answered_once_and_a_vote_may_change() -> None:
    answered = Player(MEMBER, took=(Took(NOW, "answered"),))
    assert names(Poll("q", "?", ("a", "b"), right="a"), answered) == ["answered"]
    assert names(Poll("q", "?", ("a", "b")), answered) == []
