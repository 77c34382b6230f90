# ruff: noqa: S314 - only bytes we wrote ourselves are parsed
"""Passive replies: every content, readable by the platform whatever a member wrote into it."""

from xml.etree import ElementTree as ET

import pytest
import xmltodict  # type: ignore[import-untyped]  # published without types
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.replies import TextReply

from bot.channels._official.inbound import Inbound
from bot.channels._official.replies import reply_xml
from bot.channels._official.wording import cut
from bot.domain.channel import ReplyHandle
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
from tests.fakes import START
from tests.payloads.correspondent import ACCOUNT, MEMBER, SETTINGS, Correspondent

HANDLE = ReplyHandle(to=MEMBER, sender=ACCOUNT)
PLATFORM = Correspondent()
HOSTILE = "hi]]></Content><FromUserName>x</FromUserName>\x0b\x00<b>&amp;]]]]>>￾"


def opened(body: bytes) -> ET.Element:
    """Open an answer as the platform does: verify, decrypt, parse."""
    envelope = ET.fromstring(body)
    assert [child.tag for child in envelope] == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    sealed, signature, stamp, nonce = (child.text or "" for child in envelope)
    assert PLATFORM.sign(stamp, nonce, sealed) == signature
    assert stamp == str(int(START.timestamp()))
    return ET.fromstring(PLATFORM.open(sealed))


def answered(content: Content) -> ET.Element:
    numbers = iter(f"{number:032x}" for number in range(100))
    reply = opened(Inbound(SETTINGS, lambda: next(numbers)).answer(HANDLE, content, START))
    assert reply.findtext("ToUserName") == MEMBER
    assert reply.findtext("FromUserName") == ACCOUNT
    assert reply.findtext("CreateTime") == str(int(START.timestamp()))
    tags = [child.tag for child in reply]
    assert len(tags) == len(set(tags))
    return reply


def test_text_says_what_was_given() -> None:
    reply = answered(Text("欢迎 <3 & ]]> 再见"))
    assert (reply.findtext("MsgType"), reply.findtext("Content")) == ("text", "欢迎 <3 & ]]> 再见")


def test_pictures_voices_and_films_go_by_media_id() -> None:
    assert answered(Image("m1")).findtext("Image/MediaId") == "m1"
    assert answered(Voice("m2")).findtext("Voice/MediaId") == "m2"
    film = answered(Video("m3", "题", "述"))
    assert [film.findtext(f"Video/{name}") for name in ("MediaId", "Title", "Description")] == [
        "m3",
        "题",
        "述",
    ]


def test_music_has_both_addresses_and_a_cover() -> None:
    reply = answered(Music("歌", "词", "http://a/b", "thumb", "http://a/hq"))
    names = ("Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId")
    assert [reply.findtext(f"Music/{name}") for name in names] == [
        "歌",
        "词",
        "http://a/b",
        "http://a/hq",
        "thumb",
    ]


def test_news_counts_its_articles_and_keeps_eight() -> None:
    reply = answered(News(tuple(Article(f"t{n}", "d", "http://p", "http://u?a=1&b=2") for n in range(9))))
    assert reply.findtext("ArticleCount") == "8"
    items = reply.findall("Articles/item")
    assert [item.findtext("Title") for item in items] == [f"t{n}" for n in range(8)]
    assert items[0].findtext("Url") == "http://u?a=1&b=2"


def test_a_conversation_is_handed_over_with_or_without_a_name() -> None:
    assert answered(Transfer()).findtext("MsgType") == "transfer_customer_service"
    assert answered(Transfer("kf@gh")).findtext("TransInfo/KfAccount") == "kf@gh"


def test_what_has_no_reply_form_is_said_as_text() -> None:
    card = answered(MiniProgram('会员"中心', "wx1", "pages/a?b=1&c=2", ""))
    assert card.findtext("Content") == (
        '<a data-miniprogram-appid="wx1" data-miniprogram-path="pages/a?b=1&amp;c=2">会员"中心</a>'
    )
    notice = answered(Notice("T", {"a": "订单", "b": "已发货"}, "http://u"))
    assert notice.findtext("Content") == "订单\n已发货\nhttp://u"


@pytest.mark.parametrize(
    "content",
    [
        Text(HOSTILE),
        News((Article(HOSTILE, HOSTILE, HOSTILE, HOSTILE),)),
        Image(HOSTILE),
        Video(HOSTILE, HOSTILE, HOSTILE),
        Music(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        MiniProgram(HOSTILE, HOSTILE, HOSTILE, ""),
        Notice(HOSTILE, {HOSTILE: HOSTILE}, HOSTILE),
        Transfer(HOSTILE),
    ],
    ids=lambda content: type(content).__name__,
)
def test_a_member_cannot_write_fields_into_a_reply(content: Content) -> None:
    tags = [child.tag for child in answered(content)]
    assert tags[:4] == ["ToUserName", "FromUserName", "CreateTime", "MsgType"]
    assert len(tags) <= 6


def test_the_usual_way_lets_a_member_write_fields() -> None:
    # The sabotage twin: wechatpy's own reply breaks open on the same text.
    class Heard:
        source, target = MEMBER, ACCOUNT

    rendered = TextReply(
        content="hi]]></Content><FromUserName>x</FromUserName><Content><![CDATA[", message=Heard
    )
    assert isinstance(xmltodict.parse(rendered.render())["xml"]["FromUserName"], list)


@given(st.text(st.characters(), max_size=900))
def test_any_text_makes_a_reply_the_platform_can_read(text: str) -> None:
    content = ET.fromstring(reply_xml(HANDLE, Text(text), 1)).findtext("Content") or ""
    assert len(content.encode()) <= 2048


@given(st.text(st.characters(codec="utf-8"), max_size=1200), st.integers(3, 2048))
def test_a_cut_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short.encode()) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_nothing_to_say_is_success_unsealed() -> None:
    inbound = Inbound(SETTINGS, lambda: "0" * 32)
    assert inbound.answer(HANDLE, None, START) == b"success"
    assert inbound.answer(None, Text("谁？"), START) == b"success"


def test_each_reply_has_its_own_nonce_and_its_own_random_bytes() -> None:
    numbers = iter(f"{number:016d}"[::-1] * 2 for number in range(100))
    inbound = Inbound(SETTINGS, lambda: next(numbers))
    bodies = [inbound.answer(HANDLE, Text("好"), START) for _ in range(20)]
    envelopes = [ET.fromstring(body) for body in bodies]
    assert len({one.findtext("Nonce") for one in envelopes}) == 20
    assert len({one.findtext("Encrypt") for one in envelopes}) == 20
