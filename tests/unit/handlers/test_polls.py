"""Votes and quizzes: which one is meant, what is chosen, which tags change."""

import pytest

from bot.domain.activities import Activities, Poll
from bot.domain.effects import AddTag, AnswerPoll, Attempt, Effect, RemoveTag, Reply
from bot.domain.events import MESSAGE, InboundEvent
from bot.domain.handling import Settings
from bot.domain.identity import identity
from bot.domain.members import Member, Tag
from handlers.polls import HANDLERS
from tests.unit.handlers.test_check_in_calendar import NOW

TEA = Poll(
    "tea",
    "?",
    ("龙井", "普洱", "乌龙"),
    tags={"龙井": "爱绿茶", "普洱": "爱普洱"},
    words=("投票 tea", "投票茶"),
)
MORE = Poll("tea2", "?", ("龙井", "普洱"), words=("投票 tea2", "投票茶二"))
SETTINGS = Settings(activities=Activities(polls=(TEA, MORE)))


def asked(text: str, *tags: Tag, settings: Settings = SETTINGS) -> list[Effect]:
    event = InboundEvent("k", "shop", MESSAGE, NOW, identity("shop", "o1"), text)
    member = Member(1, NOW, tags={one.name: one for one in tags})
    return HANDLERS[0].handle(event, member, settings, NOW)


@pytest.mark.parametrize(
    ("text", "poll", "choice"),
    [
        ("投票 tea B", "tea", "普洱"),
        ("投票 tea2 B", "tea2", "普洱"),
        ("投票 TEA2 b", "tea2", "普洱"),
        ("投票茶二 a", "tea2", "龙井"),
        ("投票茶A", "tea", "龙井"),
        ("投票茶：乌龙", "tea", "乌龙"),
        ("投票茶、普洱", "tea", "普洱"),
    ],
)
def test_the_longer_word_is_meant(text: str, poll: str, choice: str) -> None:
    (attempt,) = asked(text)
    assert isinstance(attempt, Attempt)
    assert isinstance(attempt.action, AnswerPoll)
    assert (attempt.action.poll.name, attempt.action.choice) == (poll, choice)


@pytest.mark.parametrize("text", ["投票茶真好喝", "投票 tea3 A", "投票茶二号店在哪", "我要投票茶"])
def test_chat_that_begins_alike_is_no_vote(text: str) -> None:
    assert asked(text) == []


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("投票茶", "poll/question"),
        ("投票茶 D", "poll/unclear"),
        ("投票茶 结果", "poll/results"),
        ("投票茶结果", "poll/results"),
    ],
)
def test_what_is_no_choice_is_answered(text: str, template: str) -> None:
    (reply,) = asked(text)
    assert isinstance(reply, Reply)
    assert reply.template == template


def test_a_changed_vote_takes_the_earlier_tag_off_and_no_other() -> None:
    (attempt,) = asked("投票茶 A", Tag("爱普洱", "poll:tea", NOW))
    assert isinstance(attempt, Attempt)
    changed = [one for one in attempt.ok if isinstance(one, AddTag | RemoveTag)]
    assert [(type(one), one.name) for one in changed] == [(RemoveTag, "爱普洱"), (AddTag, "爱绿茶")]
    (attempt,) = asked("投票茶 C", Tag("爱普洱", "poll:tea", NOW), Tag("爱绿茶", "operator:m9", NOW))
    assert isinstance(attempt, Attempt)
    assert [one.name for one in attempt.ok if isinstance(one, RemoveTag)] == ["爱普洱"]
    (attempt,) = asked("投票茶 B", Tag("爱普洱", "poll:tea", NOW))
    assert isinstance(attempt, Attempt)
    assert not [one for one in attempt.ok if isinstance(one, RemoveTag)]


def test_who_asks_after_the_end_sees_how_it_went() -> None:
    over = Poll("tea", "?", ("龙井",), words=("投票茶",), closes=NOW)
    soon = Poll("tea", "?", ("龙井",), words=("投票茶",), opens=NOW.replace(year=2028))
    (reply,) = asked("投票茶 A", settings=Settings(activities=Activities(polls=(over,))))
    assert isinstance(reply, Reply)
    assert reply.template == "poll/results"
    (reply,) = asked("投票茶 结果", settings=Settings(activities=Activities(polls=(soon,))))
    assert isinstance(reply, Reply)
    assert reply.template == "poll/not_yet"
