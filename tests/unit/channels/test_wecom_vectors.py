"""Bytes as WeCom sends them: Tencent's own vector, and recorded events of apps and robots."""

from __future__ import annotations

import base64
import json

import pytest

from bot.channels._wechat.query import Gatekeeper
from bot.channels._wechat.seal import Seal
from bot.domain.channel import RawCallback
from bot.domain.content import Text
from bot.domain.errors import CallbackRejected
from bot.domain.events import GROUP_CHANGED, GROUP_MESSAGE, JOINED_GROUP, LEFT_GROUP
from tests.fakes import START
from tests.unit.channels.gateways import AES_KEY, CORP_ID, SAID_AT, TOKEN, VECTORS, app, robot, sealed

# https://developer.work.weixin.qq.com/document/path/90968
HELLO = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)


def query(name: str) -> dict[str, list[str]]:
    return {field: [value] for field, value in VECTORS[name]["query"].items()}


def test_tencent_s_own_message_opens() -> None:
    plain = Seal(AES_KEY, CORP_ID).open(HELLO).decode()
    assert "<Content><![CDATA[hello]]></Content>" in plain
    assert Gatekeeper(TOKEN).sign("1409813", "x") != Gatekeeper(TOKEN).sign("1409814", "x")


def test_the_address_of_an_app_is_verified() -> None:
    callback = app().parse(RawCallback("GET", query("verify"), b""), SAID_AT)
    assert callback.echo == VECTORS["verify"]["expect"].encode()


def test_a_joiner_of_a_customer_group_is_heard() -> None:
    channel = app()
    raw = RawCallback("POST", query("chat_event"), VECTORS["chat_event"]["body"].encode())
    callback = channel.parse(raw, SAID_AT)
    assert callback.event is not None
    assert callback.event.kind == JOINED_GROUP
    assert callback.event.known_as == "corp:wmAJ2GCAAAm9UYnTe5yJ4dFqcTAAAA"
    assert callback.event.group == "corp:wrAJ2GCAAAXtWyujaWJHDDGi0mAAAA"
    assert callback.event.properties["scene"] == "3"
    assert callback.more == ()


def test_a_mention_of_a_robot_is_heard_without_the_mention() -> None:
    raw = RawCallback("POST", query("aibot"), json.dumps(VECTORS["aibot"]["body"]).encode())
    callback = robot().parse(raw, SAID_AT)
    assert callback.event is not None
    assert (callback.event.kind, callback.event.text) == (GROUP_MESSAGE, "hello robot")
    assert (callback.event.group, callback.event.known_as) == ("ops:CHATID", "ops:USERID")


def test_a_robot_s_answer_is_sealed_as_the_platform_seals() -> None:
    answer = VECTORS["aibot_reply"]
    seal, gate = Seal(AES_KEY, "", anonymous=True), Gatekeeper(TOKEN)
    made = seal.close(answer["_plain"].encode(), b"0123456789abcdef").decode()
    assert made == answer["encrypt"]
    assert gate.sign(str(answer["timestamp"]), answer["nonce"], made) == answer["msgsignature"]


def test_a_robot_s_answer_repeats_the_nonce_and_opens() -> None:
    channel = robot()
    raw = RawCallback("POST", query("aibot"), json.dumps(VECTORS["aibot"]["body"]).encode())
    handle = channel.parse(raw, SAID_AT).handle
    body = json.loads(channel.answer(handle, Text("好的"), SAID_AT))
    assert body["nonce"] == "1320562132"
    assert type(body["timestamp"]) is int
    opened = json.loads(Seal(AES_KEY, "", anonymous=True).open(body["encrypt"]))
    assert opened["stream"]["finish"] is True
    assert opened["stream"]["content"] == "好的"


@pytest.mark.parametrize(
    ("listed", "count"),
    [
        ("", 0),
        ("<MemChangeList></MemChangeList>", 0),
        ("<MemChangeList><Item>wmA</Item></MemChangeList>", 1),
        ("<MemChangeList><Item>wmA</Item><Item>wmB</Item><Item>wmC</Item></MemChangeList>", 3),
    ],
)
def test_one_many_or_none_may_have_come(listed: str, count: int) -> None:
    for detail, kind in (("add_member", JOINED_GROUP), ("del_member", LEFT_GROUP)):
        plain = change(f"<ChangeType>update</ChangeType><UpdateDetail>{detail}</UpdateDetail>{listed}")
        callback = app().parse(sealed(CORP_ID, plain), START)
        told = [callback.event, *callback.more] if callback.event else []
        assert [one.kind for one in told if one] == [kind] * count
        assert len({one.key for one in told if one}) == count


def test_a_dismissed_group_is_told() -> None:
    event = app().parse(sealed(CORP_ID, change("<ChangeType>dismiss</ChangeType>")), START).event
    assert event is not None
    assert (event.kind, event.properties["dismissed"]) == (GROUP_CHANGED, True)


def test_a_message_of_another_corp_is_refused() -> None:
    plain = change("<ChangeType>dismiss</ChangeType>")
    with pytest.raises(CallbackRejected):
        app().parse(sealed("ww1111111111111111", plain), START)


def test_a_robot_s_message_is_not_an_app_s() -> None:
    cipher = json.loads(sealed("", b"{}").body)["encrypt"]
    raw = sealed("", b"{}")
    body = f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>".encode()
    assert base64.b64decode(cipher)
    with pytest.raises(CallbackRejected):
        app().parse(RawCallback("POST", raw.query, body), START)


def change(inner: str) -> bytes:
    return (
        f"<xml><ToUserName>{CORP_ID}</ToUserName><FromUserName>sys</FromUserName>"
        f"<CreateTime>{int(START.timestamp())}</CreateTime><MsgType>event</MsgType>"
        f"<Event>change_external_chat</Event><ChatId>wrA</ChatId>{inner}</xml>"
    ).encode()
