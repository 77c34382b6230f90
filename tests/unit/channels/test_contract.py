"""What holds for every channel: the same event for the same words, the same refusals."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels._onebot.link import Link
from bot.channels._wecom.robot_link import RobotLink
from bot.discovery import CHANNELS as FOLDER
from bot.discovery import HANDLERS, plugins
from bot.domain import effects as fx
from bot.domain.channel import Capability, Delivery, Listening, RawCallback
from bot.domain.content import News, Text
from bot.domain.errors import CallbackRejected, CallbackUnintelligible, SendError, TryLater, Undeliverable
from bot.domain.events import GROUP_MESSAGE, MESSAGE, InboundEvent
from bot.domain.handling import ClaimOffer, Settings
from bot.domain.listening import Listeners
from bot.domain.members import Member
from tests.fakes import START, ManualClock
from tests.unit.channels.gateways import CHANNELS, HEARING

NAMES = sorted(CHANNELS)
SETTINGS = Settings(
    tag_keywords={"母婴": ("奶粉",)},
    keyword_answers={"营业时间": "answers/hours"},
    complaint_words=("投诉",),
    speaking_accounts=frozenset({"corp", "ops", "groups"}),
    group_welcome="groups/welcome",
)
EVERY_HANDLER = [one for found in plugins(*HANDLERS).values() for one in found]


def test_every_kind_of_account_has_its_channel() -> None:
    assert set(plugins(*FOLDER)) == {"official_account", *NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_says_what_it_can_do(name: str) -> None:
    channel = CHANNELS[name]()
    assert channel.capabilities
    assert channel.capabilities <= set(Capability)
    assert (Capability.NEEDS_HUMAN_CONFIRM in channel.capabilities) == (name == "wecom_app")
    assert (Capability.RECEIVE_GROUP in channel.capabilities) == (name in HEARING)
    assert isinstance(channel, Listening) == (name != "onebot12")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_whoever_is_not_authentic_is_refused(name: str, method: str) -> None:
    channel = CHANNELS[name]()
    for body in (b"", b"{}", b"<xml></xml>", b'{"encrypt":"AAAA"}', b"\xff" * 100, b"x" * 70_000):
        with pytest.raises(CallbackRejected):
            channel.parse(RawCallback(method, {}, body, authorization="Bearer wrong"), START)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_foreign_is_raised_for_noise(name: str) -> None:
    channel, rng = CHANNELS[name](), random.Random(name)
    fields = ("msg_signature", "timestamp", "nonce", "echostr", "access_token", "signature")
    for _ in range(300):
        query = {field: [rng.randbytes(rng.randrange(40)).decode("latin-1")] for field in fields}
        raw = RawCallback(rng.choice(["GET", "POST"]), query, rng.randbytes(rng.randrange(200)))
        with pytest.raises((CallbackRejected, CallbackUnintelligible)):
            channel.parse(raw, START)


@pytest.mark.parametrize("name", NAMES)
async def test_what_a_channel_cannot_carry_is_undeliverable(name: str) -> None:
    channel = CHANNELS[name]()
    for delivery in (
        Delivery("no_such_method", ("x",), Text("好")),
        Delivery("group", (), Text("好")),
        Delivery("direct", ("a", "b"), Text("好")),
        Delivery("direct", ("a",), News(())),
    ):
        with pytest.raises(SendError) as refused:
            await channel.send(delivery)
        assert isinstance(refused.value, Undeliverable)


async def test_a_gateway_that_is_not_connected_lets_the_whole_account_rest() -> None:
    clock = ManualClock()
    with pytest.raises(TryLater) as by_onebot:
        await Link().ask("1", b"{}", clock)
    with pytest.raises(TryLater) as by_robot:
        await RobotLink(clock, lambda: "1").ask("aibot_send_msg", {})
    for refused in (by_onebot.value, by_robot.value):
        assert (refused.reason, refused.scope) == ("unreachable", "account")
        assert refused.retry_at >= START + timedelta(seconds=10)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_say_is_answered_by_nothing(name: str) -> None:
    assert CHANNELS[name]().answer(None, None, START) == b""


@pytest.mark.parametrize("name", sorted(HEARING))
def test_a_group_message_is_the_same_event_from_everywhere(name: str) -> None:
    event = heard(name, "有奶粉吗？")
    scheme = {"wecom_aibot": "ops", "onebot12": "groups", "wecom_archive": "corp"}[name]
    assert event.kind == GROUP_MESSAGE
    assert event.text == "有奶粉吗？"
    assert event.group == f"{scheme}:chat1"
    assert event.known_as in {f"{scheme}:lin", f"{scheme}:wmlin"}
    assert event.at == START
    assert event.key.startswith(f"{event.account}:")
    assert event.mentions_bot == (name != "wecom_archive")
    assert event.needs_agreement == (name == "wecom_archive")


@pytest.mark.parametrize("words", ["有奶粉吗？", "我要投诉你们", "营业时间", "13800138000", "你好"])
def test_every_handler_does_the_same_wherever_it_was_said(words: str) -> None:
    caused = {name: effects_of(heard(name, words)) for name in HEARING}
    # A robot was spoken to and answers; elsewhere the same answer waits for the group's own rules.
    assert caused["onebot12"] == caused["wecom_archive"]
    same = {fx.SayInGroup if one is fx.Reply else one for one in caused["wecom_aibot"]}
    assert same == set(caused["onebot12"])


def test_the_same_words_twice_are_one_event() -> None:
    for name in HEARING:
        assert heard(name, "你好").key == heard(name, "你好").key


def heard(name: str, words: str) -> InboundEvent:
    event = HEARING[name](words, "lin", "chat1").event
    assert event is not None
    return event


def effects_of(event: InboundEvent) -> list[type]:
    member = Member(1, START)
    found: list[fx.Effect] = []
    for handle in Listeners(EVERY_HANDLER, SETTINGS).of(event):
        found += handle(event, member, SETTINGS, START)
    return [type(one) for one in found]


def test_no_coupon_is_had_through_a_gateway_of_the_operator_s_own() -> None:
    offer = ClaimOffer("回来了", "back15", "win_back", "winback", "offer", timedelta(days=5))
    settings = replace(SETTINGS, claims=(offer,), doubtful_accounts=frozenset({"groups"}))
    given = {}
    for account in ("groups", "shop"):
        event = InboundEvent(
            f"{account}:1", account, MESSAGE, START, f"{account}:lin", "回来了", can_reply=True
        )
        handles = Listeners(EVERY_HANDLER, settings).of(event)
        given[account] = [
            one for handle in handles for one in handle(event, Member(1, START), settings, START)
        ]
    assert given["groups"] == []
    assert given["shop"] != []
