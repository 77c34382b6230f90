"""What members ask about themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.discovery import HANDLERS, plugins
from bot.domain.activities import Activities, CheckIn, Poll
from bot.domain.effects import CancelMessages, Effect, Emit, EraseMember, Reply
from bot.domain.events import ERASURE_WISHED, MENU_CLICK, MESSAGE, InboundEvent, Scalar
from bot.domain.handling import Settings
from bot.domain.identity import identity
from bot.domain.listening import Listeners
from bot.domain.members import Member, Tally

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
ACTIVITIES = Activities(
    check_in=CheckIn("check_in", 5, words=("签到",), terms="terms/check_in"),
    polls=(
        Poll(
            "tea",
            "喜欢哪种茶",
            ("红茶", "绿茶"),
            words=("投票",),
            opens=NOW + timedelta(days=1),
            terms="terms/tea",
        ),
    ),
)
SETTINGS = Settings(activities=ACTIVITIES, doubtful_accounts=frozenset({"groups"}))


def said(text: str, account: str = "shop", at: datetime = NOW) -> InboundEvent:
    return InboundEvent(f"k:{text}", account, MESSAGE, at, identity(account, "o1"), text)


def clicked(key: str) -> InboundEvent:
    properties: dict[str, Scalar] = {"key": key}
    return InboundEvent(f"k:{key}", "shop", MENU_CLICK, NOW, identity("shop", "o1"), properties=properties)


def decided(event: InboundEvent, member: Member | None = None) -> list[Effect]:
    """Return what the handlers of the file decide, each asked only for what it listens to."""
    listeners = Listeners(plugins(*HANDLERS)["me"], SETTINGS)
    member = member or Member(1, NOW)
    return [one for handle in listeners.of(event) for one in handle(event, member, SETTINGS, NOW)]


def replies(effects: list[Effect]) -> list[str]:
    return [one.template for one in effects if isinstance(one, Reply)]


@pytest.mark.parametrize(
    ("word", "key", "template"),
    [
        ("活动", "activities", "me/activities"),
        ("我的数据", "my_data", "me/data"),
        ("我的主页", "my_page", "me/page"),
    ],
)
def test_a_word_and_a_menu_entry_mean_the_same(word: str, key: str, template: str) -> None:
    assert replies(decided(said(f" {word} "))) == replies(decided(clicked(key))) == [template]


def test_the_terms_of_an_open_activity_are_told_by_its_word() -> None:
    assert replies(decided(said("活动 签到"))) == replies(decided(said("活动签到"))) == ["terms/check_in"]


@pytest.mark.parametrize(
    "chat", ["活动 投票", "活动什么时候开始", "活动 ", "签到", "确认删除", "删除我的数据吧"]
)
def test_chat_and_what_is_not_open_is_not_answered_with_terms(chat: str) -> None:
    assert not {"terms/check_in", "terms/tea", "me/forgotten"} & set(replies(decided(said(chat))))


@pytest.mark.parametrize("text", ["我的数据", "我的主页", "删除我的数据", "确认删除"])
def test_nothing_of_a_member_is_told_where_anybody_could_speak_for_them(text: str) -> None:
    wished = Member(1, NOW, tallies={ERASURE_WISHED: Tally(1, NOW, NOW)})
    assert decided(said(text, account="groups"), wished) == []
    assert decided(said(text), wished) != []


def test_who_asks_to_be_forgotten_is_asked_once_more_and_nothing_is_lost_yet() -> None:
    effects = decided(said("删除我的数据"))
    assert [type(one) for one in effects] == [Emit, Reply]
    assert replies(effects) == ["me/forget_ask"]


def test_who_confirms_in_time_is_forgotten_through_every_account() -> None:
    wished = Member(1, NOW, tallies={ERASURE_WISHED: Tally(1, NOW, NOW)})
    effects = decided(said("确认删除", at=NOW + timedelta(minutes=10)), wished)
    assert [type(one) for one in effects] == [CancelMessages, EraseMember, Reply]
    assert [one.account for one in effects if isinstance(one, EraseMember)] == [""]


def test_who_confirms_too_late_loses_nothing() -> None:
    wished = Member(1, NOW, tallies={ERASURE_WISHED: Tally(1, NOW, NOW)})
    effects = decided(said("确认删除", at=NOW + timedelta(minutes=10, seconds=1)), wished)
    assert replies(effects) == ["me/forget_late"]
    assert len(effects) == 1
