"""The same callback has the same key however it is sealed; different ones differ, even within a second."""

from bot.channels._official.inbound import Inbound
from tests.fakes import START
from tests.payloads.correspondent import MEMBER, SETTINGS, Correspondent, message_xml, recorded, text_xml

INBOUND = Inbound(SETTINGS, lambda: "0123456789abcdef" * 2)
PLATFORM = Correspondent()


def key(plain: bytes, nonce: str = "n1") -> str:
    sealed = PLATFORM.seal(plain)
    request = PLATFORM.post_sealed(sealed)
    query = PLATFORM.query(sealed, START, nonce)
    callback = INBOUND.parse(type(request)("POST", query, request.body), START)
    assert callback.event is not None
    return callback.event.key


def scan(scene: str) -> bytes:
    inner = f"<Event><![CDATA[SCAN]]></Event><EventKey><![CDATA[{scene}]]></EventKey>"
    return message_xml(inner, "event")


def test_a_retry_sealed_anew_has_the_same_key() -> None:
    assert key(text_xml(), "n1") == key(text_xml(), "n2")
    assert key(scan("a"), "n1") == key(scan("a"), "n2")


def test_a_message_is_known_by_its_id_alone_whatever_else_the_retry_says() -> None:
    assert key(text_xml("一")) == key(text_xml("二"))
    assert key(text_xml("一", "1")) != key(text_xml("一", "2"))


def test_one_message_id_sent_by_two_members_is_two_messages() -> None:
    assert key(text_xml()) != key(text_xml().replace(MEMBER.encode(), b"oZZZZEFGHIJKLMNOPQRSTUVWXYZ0"))


def test_two_events_of_one_second_are_two_events() -> None:
    assert key(scan("a")) != key(scan("b"))
    report = recorded("location_report")
    assert key(report) != key(report.replace(b"23.137466", b"23.137467"))


def test_a_message_without_an_id_is_known_by_its_bytes() -> None:
    bare = message_xml("<Content>a</Content>")
    assert key(bare) == key(bare, "n2")
    assert key(bare) != key(message_xml("<Content>b</Content>"))


def test_an_address_never_stands_in_a_key() -> None:
    assert MEMBER not in key(text_xml())
    assert MEMBER not in key(scan("a"))
    assert key(text_xml()).startswith("shop:")
