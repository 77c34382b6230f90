"""Bombs and nonsense: refused before a tree is built, outside and inside the seal."""

import resource
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import xmltodict  # type: ignore[import-untyped]

from bot.channels._official.inbound import Inbound
from bot.channels._wechat.xml import BadXml, read, sealed_part
from bot.domain.channel import RawCallback
from bot.domain.errors import CallbackMalformed, CallbackRejected, CallbackUnintelligible
from tests.fakes import START
from tests.payloads.correspondent import SETTINGS, Correspondent, message_xml, text_xml

INBOUND = Inbound(SETTINGS, lambda: "0123456789abcdef")
PLATFORM = Correspondent()


def attribute_bomb(attributes: int, elements: int) -> bytes:
    """68 KB of this take 1.6 GB in a parser that honours attribute defaults."""
    value = "A" * 40
    declared = "".join(f'a{number} CDATA "{value}" ' for number in range(attributes))
    return f"<!DOCTYPE xml [<!ATTLIST x {declared}>]><xml>{'<x/>' * elements}</xml>".encode()


BOMBS = {
    "attribute defaults": attribute_bomb(400, 12_000),
    "one large attribute default": b'<!DOCTYPE xml [<!ATTLIST x a CDATA "'
    + b"A" * 32_000
    + b'">]><xml>'
    + b"<x/>" * 7000
    + b"</xml>",
    "billion laughs": b'<!DOCTYPE xml [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 10) for n in range(9))
    + b"]><xml>&a8;</xml>",
    "quadratic entity": b'<!DOCTYPE xml [<!ENTITY a "'
    + b"A" * 30_000
    + b'">]><xml>'
    + b"&a;" * 10_000
    + b"</xml>",
    "external entity": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>&a;</xml>',
    "network entity": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "http://127.0.0.1:1/x">]><xml>&a;</xml>',
    "parameter entity": b'<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]><xml/>',
    "external dtd": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml>a&evil;b</xml>',
    "public dtd": b'<!DOCTYPE xml PUBLIC "x" "http://127.0.0.1:1/x.dtd"><xml/>',
    "empty doctype": b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>",
    "processing instruction": b'<?xml-stylesheet href="http://127.0.0.1:1/"?><xml><Encrypt>a</Encrypt></xml>',
    "instruction inside": b"<xml><?php x?><Encrypt>a</Encrypt></xml>",
    "deep nesting": b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>",
    "nine deep": b"<xml>" + b"<a>" * 8 + b"</a>" * 8 + b"</xml>",
    "many elements": b"<xml>" + b"".join(b"<a%d/>" % n for n in range(6000)) + b"</xml>",
    "many rows": b"<xml><Articles>" + b"<item>x</item>" * 4000 + b"</Articles></xml>",
    "attributes": b'<xml a="1"><Encrypt>a</Encrypt></xml>',
    "xinclude": b'<xml xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></xml>',
    "duplicate": b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "undefined entity": b"<xml>&evil;</xml>",
    "another root": b"<html><Encrypt>a</Encrypt></html>",
    "two roots": b"<xml><a/></xml><xml><a/></xml>",
    "never closed": b"<xml><Encrypt><![CDATA[" + b"A" * 60_000,
    "nothing": b"",
    "only spaces": b"   \n",
    "json": b'{"Encrypt": "abc"}',
    "utf-16": "<xml><Encrypt>a</Encrypt></xml>".encode("utf-16"),
    "gbk": "<xml><Content>你好</Content></xml>".encode("gbk"),
    "latin": b"<xml><Content>\xff\xfe\x80</Content></xml>",
    "impossible character": b"<xml><Content>&#1;</Content></xml>",
    "half a surrogate": b"<xml><Content>&#xD800;</Content></xml>",
    "text only": b"<xml>text</xml>",
    "empty root": b"<xml/>",
    "overlapping": b"<xml><a><b></a></b></xml>",
    "spaces between": b"<xml>" + b" " * 60_000,
    "unfinished markup": b"<" * 60_000,
}


@contextmanager
def audited() -> Iterator[list[str]]:
    """Notes what is opened or connected to while the block lasts."""
    seen: list[str] = []
    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if active and event in {"open", "socket.connect", "subprocess.Popen"}:
            seen.append(f"{event} {arguments[0]!r}")

    sys.addaudithook(hook)
    yield seen
    active = False


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once_with_little_memory_and_nothing_opened(name: str) -> None:
    tracemalloc.start()
    with audited() as opened:
        began = time.process_time()
        with pytest.raises(BadXml):
            read(BOMBS[name])
        took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 0.05
    assert peak < 4 << 20
    assert opened == []


def test_all_bombs_together_grow_the_process_by_little() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for bomb in BOMBS.values():
        with pytest.raises(BadXml):
            read(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_the_usual_parser_takes_the_attribute_bomb() -> None:
    # The sabotage twin: without our refusal a small one already costs a thousand times its size.
    bomb = attribute_bomb(100, 500)
    tracemalloc.start()
    xmltodict.parse(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak > 100 * len(bomb)


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in {"text only", "empty root"}])
def test_a_bomb_for_an_envelope_is_refused_before_authentication(name: str) -> None:
    query = PLATFORM.query("x")
    with pytest.raises(CallbackRejected) as caught:
        INBOUND.parse(RawCallback("POST", query, BOMBS[name]), START)
    assert caught.value.status in {400, 403}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_inside_the_seal_goes_to_quarantine(name: str) -> None:
    with pytest.raises(CallbackUnintelligible) as caught:
        INBOUND.parse(PLATFORM.post(BOMBS[name][:40_000]), START)
    assert caught.value.body == BOMBS[name][:40_000]
    assert caught.value.key.startswith("shop:")


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
