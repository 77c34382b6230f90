"""Authentic messages that make no sense, or too much of it."""

import pytest

from bot.channels._official.inbound import Inbound
from bot.channels._wechat.xml import BadXml, sealed_part
from bot.domain.channel import RawCallback
from bot.domain.errors import CallbackMalformed, CallbackUnintelligible
from tests.fakes import START
from tests.payloads.correspondent import SETTINGS, Correspondent, message_xml, text_xml

INBOUND = Inbound(SETTINGS, lambda: "0123456789abcdef" * 2)
PLATFORM = Correspondent()

SENSELESS = {
    "no type": text_xml().replace(b"MsgType", b"Msgtype"),
    "empty type": text_xml().replace(b"<![CDATA[text]]>", b""),
    "nested type": text_xml().replace(b"<![CDATA[text]]>", b"<a>text</a>"),
    "twice the type": text_xml().replace(b"<Content>", b"<MsgType>text</MsgType><Content>"),
    "no sender": text_xml().replace(b"FromUserName", b"From"),
    "strange sender": text_xml().replace(b"oABC", "o'; 微".encode()),
    "no account": text_xml().replace(b"ToUserName", b"To"),
    "no time": text_xml().replace(b"CreateTime", b"Created"),
    "nested content": text_xml().replace(b"<![CDATA[", b"<a>").replace(b"]]>", b"</a>"),
    "no event": message_xml("", "event"),
    "empty event": message_xml("<Event></Event>", "event"),
    "event twice": message_xml("<Event>a</Event><Event>b</Event>", "event"),
    "event of listed type": message_xml("<Event><List>a</List></Event>", "event"),
    "revoked nobody": message_xml("<Event>user_authorization_revoke</Event>", "event"),
    "content is a tree": message_xml("<Content><item>a</item></Content>"),
    **{
        f"time {given!r}": text_xml().replace(b"1794621600", given.encode())
        for given in (
            "abc",
            "1e5",
            "1.5",
            "nan",
            "9" * 20,
            "9" * 5000,
            "0",
            "-5",
            "1_700",
            "１７００",
            "99999999999",
        )
    },
}


@pytest.mark.parametrize("name", SENSELESS)
def test_an_authentic_message_without_sense_goes_to_quarantine(name: str) -> None:
    with pytest.raises(CallbackUnintelligible) as caught:
        INBOUND.parse(PLATFORM.post(SENSELESS[name]), START)
    assert caught.value.reason
    assert caught.value.body == SENSELESS[name]


def test_unreadable_numbers_are_left_out_and_the_message_still_heard() -> None:
    inner = "<Location_X>x</Location_X><Location_Y>1e999</Location_Y><Scale>99999999999999999999</Scale>"
    event = INBOUND.parse(PLATFORM.post(message_xml(inner, "location")), START).event
    assert event is not None
    assert dict(event.properties) == {"type": "location"}


def test_what_no_database_can_hold_is_dropped_and_the_rest_is_heard() -> None:
    dirty = text_xml().replace(
        "你好".encode(), b"a\x00b\x0bc\xed\xa0\x80d\xef\xbf\xbfe\x7f\xf0\x9f\x98\x80\n"
    )
    event = INBOUND.parse(PLATFORM.post(dirty), START).event
    assert event is not None
    assert event.text == "abcde😀\n"


def test_long_values_are_cut() -> None:
    inner = f"<Content>{'长' * 9000}</Content><MsgId>1</MsgId><bizmsgmenuid>{'x' * 5000}</bizmsgmenuid>"
    event = INBOUND.parse(PLATFORM.post(message_xml(inner)), START).event
    assert event is not None
    assert len(event.text) == 4096
    assert len(str(event.properties["key"])) == 1024


def test_an_event_with_hundreds_of_fields_keeps_a_bounded_number() -> None:
    inner = "<Event>strange</Event>" + "".join(f"<F{n}>v</F{n}>" for n in range(300))
    event = INBOUND.parse(PLATFORM.post(message_xml(inner, "event")), START).event
    assert event is not None
    assert len(event.properties) == 48


def test_the_usual_envelope_and_an_unusual_one_say_the_same() -> None:
    sealed = PLATFORM.seal(text_xml())
    usual = PLATFORM.envelope(sealed)
    unusual = f"<xml>\n <Encrypt>{sealed}</Encrypt><AgentID>1</AgentID><ToUserName/></xml>".encode()
    assert sealed_part(usual) == sealed_part(unusual) == sealed
    assert sealed_part(b"<xml><ToUserName>a</ToUserName></xml>") is None
    with pytest.raises(BadXml):
        sealed_part("<xml><Encrypt>中</Encrypt></xml>".encode())


def test_other_methods_and_sizes_are_malformed() -> None:
    for request in (RawCallback("PUT", {}, b""), RawCallback("POST", {}, b"x" * 65_537)):
        with pytest.raises(CallbackMalformed):
            INBOUND.parse(request, START)
