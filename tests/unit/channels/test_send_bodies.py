"""What goes on the wire for each route and content."""

import json

import pytest

from bot.channels._official.sends import call_for, platform_key
from bot.channels._official.wire import encoded
from bot.domain.channel import Delivery
from bot.domain.content import (
    Article,
    Content,
    Image,
    MiniProgram,
    Music,
    News,
    Notice,
    Text,
    Transfer,
    Video,
    Voice,
)
from bot.domain.errors import Undeliverable


def built(method: str, content: Content, *to: str, key: str = "") -> tuple[str, dict[str, object]]:
    return call_for(Delivery(method, to or ("oA",), content, key), content)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (Text("你好"), {"msgtype": "text", "text": {"content": "你好"}}),
        (Image("m"), {"msgtype": "image", "image": {"media_id": "m"}}),
        (Voice("m"), {"msgtype": "voice", "voice": {"media_id": "m"}}),
        (
            Video("m", "t", "d"),
            {"msgtype": "video", "video": {"media_id": "m", "title": "t", "description": "d"}},
        ),
        (
            Music("t", "d", "u", "th"),
            {
                "msgtype": "music",
                "music": {
                    "title": "t",
                    "description": "d",
                    "musicurl": "u",
                    "hqmusicurl": "u",
                    "thumb_media_id": "th",
                },
            },
        ),
        (
            News((Article("t", "d", "p", "u"), Article("second"))),
            {
                "msgtype": "news",
                "news": {"articles": [{"title": "t", "description": "d", "url": "u", "picurl": "p"}]},
            },
        ),
        (
            MiniProgram("t", "wx", "p", "th"),
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {"title": "t", "appid": "wx", "pagepath": "p", "thumb_media_id": "th"},
            },
        ),
        (Notice("T", {"a": "x"}), {"msgtype": "text", "text": {"content": "x"}}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_customer_service_carries_every_content(content: Content, body: dict[str, object]) -> None:
    assert built("customer_service", content) == ("cgi-bin/message/custom/send", {"touser": "oA", **body})


def test_a_template_message_brings_its_key_its_link_and_its_mini_program() -> None:
    notice = Notice("T", {"thing1": "茶"}, "http://u", ("wx", "pages/a"))
    path, body = built("template_message", notice, key="k-1")
    assert path == "cgi-bin/message/template/send"
    assert body == {
        "touser": "oA",
        "template_id": "T",
        "data": {"thing1": {"value": "茶"}},
        "miniprogram": {"appid": "wx", "pagepath": "pages/a"},
        "url": "http://u",
        "client_msg_id": "k-1",
    }
    assert "client_msg_id" not in built("template_message", notice)[1]


def test_a_subscription_notice_has_a_page_and_no_key() -> None:
    path, body = built("subscription_notice", Notice("T", {"a": "b"}, "http://u"), key="k")
    assert path == "cgi-bin/message/subscribe/bizsend"
    assert body == {"touser": "oA", "template_id": "T", "data": {"a": {"value": "b"}}, "page": "http://u"}


def test_a_mass_send_goes_to_two_to_ten_thousand_with_its_key() -> None:
    path, body = built("mass", Text("新品"), "oA", "oB", key="batch:1/茶")
    assert path == "cgi-bin/message/mass/send"
    assert body["touser"] == ["oA", "oB"]
    assert body["text"] == {"content": "新品"}
    assert body["clientmsgid"] == platform_key("batch:1/茶")
    for count in (1, 10_001):
        with pytest.raises(Undeliverable) as caught:
            built("mass", Text("a"), *(f"o{n}" for n in range(count)))
        assert caught.value.reason == "address_list_size"


@pytest.mark.parametrize(
    ("method", "content"),
    [
        ("template_message", Text("a")),
        ("subscription_notice", Text("a")),
        ("mass", News((Article("a"),))),
        ("mass", Notice("T")),
        ("customer_service", Transfer()),
    ],
)
def test_a_content_a_route_cannot_carry_is_undeliverable(method: str, content: Content) -> None:
    with pytest.raises(Undeliverable) as caught:
        built(method, content, "oA", "oB") if method == "mass" else built(method, content)
    assert caught.value.reason == "content_not_for_route"


def test_an_unknown_route_and_a_wrong_number_of_members_are_undeliverable() -> None:
    with pytest.raises(Undeliverable, match="no_such_route"):
        built("pigeon", Text("a"))
    with pytest.raises(Undeliverable, match="address_list_size"):
        built("customer_service", Text("a"), "oA", "oB")


def test_a_key_is_short_plain_and_always_the_same() -> None:
    assert platform_key("e1-offer-1") == "e1-offer-1"
    long = platform_key("rule:winback/step:offer/member:12345678901234567890")
    assert long == platform_key("rule:winback/step:offer/member:12345678901234567890")
    assert len(long) == 32
    assert platform_key("茶") != platform_key("酒")


def test_text_is_cut_at_a_character_and_sent_unescaped() -> None:
    _, body = built("customer_service", Text("长" * 1000))
    raw = encoded(body)
    assert "长".encode() in raw
    content = json.loads(raw)["text"]["content"]
    assert content.endswith("长…")
    assert len(content.encode()) <= 2048


def test_a_lone_surrogate_does_not_stop_a_send() -> None:
    assert b"?" in encoded({"a": "\ud800"})
