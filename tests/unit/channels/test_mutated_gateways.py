"""Authentic messages of any shape become events or are set aside; nothing else is ever raised."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels._shared.json_bodies import Unintelligible, read_object
from bot.channels._wecom.app_events import told
from bot.channels._wecom.archive_events import Records
from bot.channels._wecom.robot_events import callback_of as robot_callback
from bot.channels._wecom.service_events import callback_of as service_callback
from bot.domain.channel import Callback
from bot.domain.errors import CallbackUnintelligible
from tests.fakes import START
from tests.unit.channels.gateways import gateway

WORDS = (Path(__file__).parents[2] / "payloads" / "wecom" / "words.txt").read_text(encoding="utf-8").split()
CHANGES = ("update", "add_member", "del_member", "dismiss", "change_external_chat", "event", "1")
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(max_size=20),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)
    ),
    max_leaves=20,
)
objects = st.dictionaries(st.sampled_from(WORDS), values, max_size=12)
MESSAGE = {
    "id": "e1", "time": START.timestamp(), "type": "message", "detail_type": "group", "user_id": "lin",
    "self": {"platform": "wechat", "user_id": "bot"}, "group_id": "g", "message": [], "msgid": "m1",
    "from": {"userid": "lin"}, "msgtype": "text", "chattype": "group", "chatid": "c",
    "text": {"content": "好"}, "origin": 3, "external_userid": "wmA", "open_kfid": "wk",
    "send_time": int(START.timestamp()),
}  # fmt: skip
RECORD = {
    "msgid": "m1", "action": "send", "from": "wmA", "roomid": "wrA", "msgtype": "text",
    "msgtime": int(START.timestamp() * 1000), "text": {"content": "好"},
}  # fmt: skip


def is_sound(callback: Callback | None) -> bool:
    """Whether an event is complete enough to be stored, or there is none."""
    event = callback.event if callback is not None else None
    if event is None:
        return True
    return bool(event.key and event.account and event.known_as) and event.at <= START


@settings(max_examples=400)
@given(changes=objects)
def test_a_gateway_s_event_of_any_shape(changes: dict[str, object]) -> None:
    body = json.dumps({**MESSAGE, **changes}).encode()
    try:
        found: Callback | None = gateway().read(body, START)
    except CallbackUnintelligible:
        found = None
    assert is_sound(found)


@settings(max_examples=400)
@given(changes=objects)
def test_a_robot_s_a_customer_s_and_an_archived_message_of_any_shape(changes: dict[str, object]) -> None:
    def of_robot() -> Callback:
        return robot_callback("ops", _parsed({**MESSAGE, **changes}), "r1", START)

    def of_customer() -> Callback:
        return service_callback("corp", _parsed({**MESSAGE, **changes}), START)

    def of_archive() -> Callback:
        return Callback(Records("archive", "corp").event_of(_parsed({**RECORD, **changes}), START))

    for read in (of_robot, of_customer, of_archive):
        try:
            found: Callback | None = read()
        except Unintelligible:
            found = None
        assert is_sound(found)


@settings(max_examples=300)
@given(
    tree=st.dictionaries(
        st.sampled_from(
            ("ChatId", "ChangeType", "UpdateDetail", "JoinScene", "MemChangeList", "ExternalUserID", "State",
             "WelcomeCode", "Token", "OpenKfId", "Event", "MsgType", "CreateTime", "FromUserName")
        ),
        st.one_of(
            st.sampled_from(CHANGES),
            st.text(max_size=12),
            st.lists(st.text(max_size=8), max_size=3),
            st.dictionaries(st.just("Item"), st.one_of(st.text(max_size=8), st.lists(st.text(max_size=8)))),
        ),
        max_size=10,
    )
)  # fmt: skip
def test_an_app_s_message_of_any_shape(tree: dict[str, object]) -> None:
    whole = {
        "CreateTime": str(int(START.timestamp())), "MsgType": "event", "Event": "change_external_chat",
        "ChatId": "wrA", "FromUserName": "sys", "ExternalUserID": "wmA", "OpenKfId": "wk", **tree,
    }  # fmt: skip
    try:
        found = told("corp", whole, b"plain", START)  # type: ignore[arg-type]  # any shape is the point
    except Unintelligible:
        return
    assert all(one.key and one.at <= START for one in found.events)
    assert len({one.key for one in found.events}) == len(found.events)


def _parsed(body: dict[str, object]) -> dict[str, object]:
    return dict(read_object(json.dumps(body).encode()))
