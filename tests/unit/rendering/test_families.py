"""Which message of a family a route gets, how values are shown, and what is asked of every file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.content import Article, Image, MiniProgram, News, Notice, Text
from bot.domain.errors import Undeliverable
from bot.rendering import Renderer
from tests.unit.rendering.conftest import APP, VALUES, Loader, message

MARKETING = "purpose: marketing\n"
PERSONAL = "{{ member.name or '朋友' }}，{{ coupon.code }}\n回复 TD 退订"
COMMON = "送你{{ coupon.title }}\n回复 TD 退订"


def family(load: Loader, **more: str) -> Renderer:
    head = MARKETING
    renderer = load(gift=message(PERSONAL, head=head), **more)
    assert renderer.problems == []
    return renderer


def test_each_route_gets_its_own_message_of_the_family(load: Loader) -> None:
    notice = "type: subscription_notice\nfields: {thing1: '{{ coupon.title }}'}\n"
    renderer = family(
        load,
        gift__mass=message("群发：" + COMMON, head=MARKETING + "type: mass\n"),
        gift__subscription=message("", head=MARKETING + notice),
    )
    assert renderer.families() == {"gift": frozenset({"", "mass", "subscription"})}
    assert renderer.render("gift", "reply", VALUES) == Text("小明，A1B2C3\n回复 TD 退订")
    assert renderer.render("gift", "customer_service", VALUES) == Text("小明，A1B2C3\n回复 TD 退订")
    assert renderer.render("gift", "mass", VALUES) == Text("群发：送你10元券\n回复 TD 退订")
    assert renderer.render("gift", "subscription_notice", VALUES) == Notice("", {"thing1": "10元券"})


def test_a_family_without_a_message_for_the_route_says_which_file_is_missing(load: Loader) -> None:
    renderer = family(load)
    assert renderer.lacks("gift", "customer_service") is None
    assert renderer.lacks("gift", "template_message") == "messages/gift.template.j2"
    assert renderer.lacks("gift", "mass") == "messages/gift.mass.j2"
    assert renderer.lacks("gift", "reply", personalised=False) == "messages/gift.generic.j2"
    with pytest.raises(Undeliverable) as refused:
        renderer.render("gift", "mass", VALUES)
    assert refused.value.reason == "no_variant"


def test_any_two_who_refuse_personalisation_get_the_same_bytes(load: Loader) -> None:
    renderer = family(load, gift__generic=message("通用：" + COMMON, head=MARKETING))
    other = {**VALUES, "member": {**VALUES["member"], "name": "小红", "points": 99}, "event": {"text": "x"}}
    first = renderer.render("gift", "customer_service", VALUES, personalised=False)
    assert (
        first
        == renderer.render("gift", "reply", other, personalised=False)
        == Text("通用：送你10元券\n回复 TD 退订")
    )


def test_who_refuses_gets_nothing_rather_than_a_personal_text(load: Loader) -> None:
    with pytest.raises(Undeliverable) as refused:
        family(load).render("gift", "reply", VALUES, personalised=False)
    assert refused.value.reason == "no_variant"


def test_a_marketing_text_without_personal_values_serves_who_refuses(load: Loader) -> None:
    renderer = load(x=message(COMMON, head=MARKETING))
    assert renderer.render("x", "reply", VALUES, personalised=False) == Text("送你10元券\n回复 TD 退订")


def test_a_service_message_stays_itself_for_who_refuses_personalisation(load: Loader) -> None:
    renderer = load(x=message("{{ member.name or '朋友' }}，货已发出"))
    assert renderer.render("x", "reply", VALUES, personalised=False) == Text("小明，货已发出")


def test_a_message_knows_what_it_needs(load: Loader) -> None:
    renderer = family(load)
    assert renderer.uses("gift", "reply") == {"member.name", "coupon.code"}
    assert renderer.purpose("gift") == "marketing"
    assert renderer.purpose("gone") is None


def test_a_missing_value_is_not_sent_as_a_gap(load: Loader) -> None:
    renderer = family(load)
    with pytest.raises(Undeliverable) as refused:
        renderer.render("gift", "reply", {**VALUES, "coupon": {"title": "券"}})
    assert (refused.value.reason, "code" in refused.value.detail) == ("unrenderable", True)


def test_every_type_becomes_its_content(load: Loader) -> None:
    news = (
        "type: news\nfields: {title: '给{{ member.name or '''' }}', url: 'https://x.cn/{{ coupon.code }}'}\n"
    )
    card = (
        "type: miniprogram\nfields: {title: 券, app_id: wx1, page: 'p?{{ coupon.code }}', thumb_media: t}\n"
    )
    order = (
        "type: template_message\nfields: {thing1: '{{ event.text }}', phrase2: '{{ event.text }}'}\n"
        "url: 'https://x.cn/{{ coupon.code }}'\nmini_program: {app_id: wx1, page: p}\n"
        "platform_template: order\n"
    )
    renderer = load(
        n=message("看看", head=news),
        i=message("", head="type: image\nfields: {media: a.png}\n"),
        m=message("", head=card),
        o__template=message("", head=order),
    )
    assert renderer.problems == []
    values = {**VALUES, "event": {"text": "很" * 30}}
    assert renderer.render("n", "reply", values) == News(
        (Article("给小明", "看看", "", "https://x.cn/A1B2C3"),)
    )
    assert renderer.render("i", "reply", values) == Image("a.png")
    assert renderer.render("m", "customer_service", values) == MiniProgram("券", "wx1", "p?A1B2C3", "t")
    assert renderer.render("o", "template_message", values) == Notice(
        "order", {"thing1": "很" * 19 + "…", "phrase2": "很" * 4 + "…"}, "https://x.cn/A1B2C3", ("wx1", "p")
    )


def test_an_operators_own_folder_comes_first(tmp_path: Path) -> None:
    for folder, body in (("own", "自己的"), ("given", "原来的")):
        (tmp_path / folder / "messages").mkdir(parents=True)
        (tmp_path / folder / "messages" / "x.j2").write_text(message(body), encoding="utf-8")
    renderer = Renderer.load([tmp_path / "own", tmp_path / "given"], APP)
    assert renderer.render("x", "reply", VALUES) == Text("自己的")
