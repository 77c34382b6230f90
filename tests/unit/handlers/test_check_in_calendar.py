"""A member's month: told in words, shown where a picture can follow, in the zone the member lives in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.activities import Activities, CheckIn
from bot.domain.effects import Attempt, Effect, QueueMessage, Reply, TellDays
from bot.domain.events import MENU_CLICK, MESSAGE, InboundEvent
from bot.domain.handling import Settings
from bot.domain.identity import identity
from bot.domain.members import Member
from handlers.check_in_calendar import HANDLERS

# Already the first of January in Shanghai, still December in Paris.
NOW = datetime(2026, 12, 31, 18, 0, tzinfo=UTC)
SETTINGS = Settings(
    activities=Activities(check_in=CheckIn("check_in", 5)),
    doubtful_accounts=frozenset({"groups"}),
    pictured={"shop": ("customer_service",)},
)


def asked(
    text: str, settings: Settings = SETTINGS, account: str = "shop", zone: str | None = None
) -> list[Effect]:
    event = InboundEvent("k", account, MESSAGE, NOW, identity(account, "o1"), text)
    return HANDLERS[0].handle(event, Member(1, NOW, zone=zone), settings, NOW)


@pytest.mark.parametrize("words", ["打卡日历", " 签到日历 "])
def test_the_words_bring_an_answer_first_and_a_picture_after_it(words: str) -> None:
    (attempt,) = asked(words)
    assert isinstance(attempt, Attempt)
    reply, picture = attempt.ok
    assert isinstance(reply, Reply)
    assert isinstance(picture, QueueMessage)
    assert (picture.message.via, picture.message.is_answer) == (("customer_service",), True)


def test_the_menu_key_means_the_same() -> None:
    event = InboundEvent(
        "k", "shop", MENU_CLICK, NOW, identity("shop", "o1"), properties={"key": "check_in_calendar"}
    )
    assert len(HANDLERS[0].handle(event, Member(1, NOW), SETTINGS, NOW)) == 1


@pytest.mark.parametrize(("zone", "day"), [(None, "2027-01-01"), ("Europe/Paris", "2026-12-31")])
def test_the_month_is_that_of_the_members_own_zone(zone: str | None, day: str) -> None:
    (attempt,) = asked("打卡日历", zone=zone)
    assert isinstance(attempt, Attempt)
    assert attempt.action == TellDays(1, day, NOW)


@pytest.mark.parametrize("lacking", [replace(SETTINGS, pictured={}), replace(SETTINGS, draws=False)])
def test_where_no_picture_can_follow_there_are_words_alone(lacking: Settings) -> None:
    (attempt,) = asked("打卡日历", lacking)
    assert isinstance(attempt, Attempt)
    assert [type(one) for one in attempt.ok] == [Reply]


def test_nothing_is_told_through_a_doubtful_account_nor_for_other_words_nor_without_the_activity() -> None:
    assert asked("打卡日历", account="groups") == []
    assert asked("我的打卡日历在哪") == []
    assert asked("打卡日历", replace(SETTINGS, activities=Activities())) == []
