"""Which message of a family a route gets, how values are shown, and what is asked of every file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.content import Article, Image, MiniProgram, News, Notice, Text
from bot.domain.coupons import CouponBatch
from bot.domain.errors import Undeliverable
from bot.domain.members import Member, Tag
from bot.rendering import Renderer, coupon_values, member_values
from bot.rendering.environment import masked, shown_date, shown_day, shown_money, shown_time
from tests.unit.rendering.conftest import APP, VALUES, Loader, message

MARKETING = "purpose: marketing\n"
PERSONAL = "{{ member.name or '朋友' }}，{{ coupon.code }}\n回复 TD 退订"
COMMON = "送你{{ coupon.title }}\n回复 TD 退订"
SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("好", "front matter"),
        (b"---\ntitle: \xff\n---\nx", "not UTF-8"),
        ("---\ntitle: [\n---\nx", "not YAML"),
        ("---\n- a\n---\nx", "keys with values"),
        ("---\ntitle: !!python/object/apply:os.system [id]\n---\nx", "not YAML"),
        ("---\ntitle: &a x\nurl: *a\n---\nx", "no aliases"),
        ("---\ntitle: x\nsample: " + "[" * 1500 + "]" * 1500 + "\n---\nx", "not YAML"),
        ("---\ntype: text\n---\nx", '"title" is missing'),
        ("---\ntitle: 1\n---\nx", '"title" must be text'),
        ("---\ntitle: x\ncolour: red\n---\nx", 'no key "colour"'),
        ("---\ntitle: x\ntype: poem\n---\nx", 'no type "poem"'),
        ("---\ntitle: x\npurpose: fun\n---\nx", 'no purpose "fun"'),
        ("---\ntitle: x\nfields: {a: 1}\n---\nx", "must be text in quotes"),
        ("---\ntitle: x\ntype: news\n---\nx", 'news needs the field "title"'),
        ("---\ntitle: x\nfields: {a: b}\n---\nx", 'text has no field "a"'),
        ("---\ntitle: x\n---\n", "the message is empty"),
        ("---\ntitle: x\ntype: mass\n---\nx", "the plain variant is of type"),
        ("---\ntitle: x\nsample: {member: 5, event: 5}\n---\n{{ event.a }}", "fails with its own sample"),
        ("---\ntitle: x\n---\n{{ membr.name }}", 'no value "membr"; did you mean "member"?'),
        ("---\ntitle: x\n---\n{{ member.nam or '' }}", 'no value "member.nam"; did you mean "member.name"?'),
        ("---\ntitle: x\n---\n{{ member.name|upper }}", 'no filter "upper"'),
        ("---\ntitle: x\n---\n{{ member.name }}", 'shows "None"'),
        ("---\ntitle: x\n---\n{{ '母' in member.name }}", "of whom nothing is known"),
        ("---\ntitle: x\n---\n{{ link('shpo') }}", 'no link "shpo"'),
        ("---\ntitle: x\npurpose: marketing\n---\n快来买", "the way to refuse"),
        (
            "---\ntitle: x\npurpose: marketing\n---\n买{% if member.name %}TD{% else %}退订{% endif %}",
            "outside any if",
        ),
        ("---\ntitle: x\n---\n" + "字" * 700, "bytes of text"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_under_its_path(
    load: Loader, source: str | bytes, said: str
) -> None:
    renderer = load(x=source)
    assert [problem.path for problem in renderer.problems] == ["messages/x.j2"] * len(renderer.problems)
    assert said in "\n".join(problem.message for problem in renderer.problems)
    assert renderer.families() == {}


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("x__mass", "type: mass\n", "member.name differs from member to member"),
        ("x__generic", "", "coupon.code differs from member to member"),
        ("x__sms", "", 'no variant "sms"'),
        ("x__template", "", "the template variant is of type template_message"),
        (
            "x__template",
            "type: template_message\nfields: {thing1: x}\npurpose: marketing\n",
            "no marketing in template messages",
        ),
        (
            "x__subscription",
            "type: subscription_notice\nfields: {thing1: " + "长" * 21 + "}\n",
            "takes 20 characters",
        ),
        ("x__subscription", "type: subscription_notice\n", "needs fields"),
    ],
)
def test_what_is_wrong_with_a_variant_is_told(load: Loader, name: str, head: str, said: str) -> None:
    body = "" if "fields" in head else "{{ member.name or '' }}{{ coupon.code }}"
    renderer = load(**{name: message(body, head=head)})
    assert said in "\n".join(problem.message for problem in renderer.problems)


def test_one_family_has_one_purpose(load: Loader) -> None:
    renderer = load(x=message("好"), x__generic=message(COMMON, head=MARKETING))
    assert [problem.message for problem in renderer.problems] == [
        "the variants of one family have one purpose"
    ]


def test_days_and_times_are_those_of_the_apps_zone() -> None:
    assert shown_day(LATE, SHANGHAI) == "12月1日"
    assert shown_time(LATE, SHANGHAI) == "00:30"
    assert shown_date(LATE, SHANGHAI) == "2026年12月1日"
    assert shown_day(LATE, ZoneInfo("America/New_York")) == "11月30日"
    assert shown_day(date(2026, 12, 1), SHANGHAI) == shown_day("2026-12-01", SHANGHAI) == "12月1日"
    assert shown_day("02-29", SHANGHAI) == "2月29日"
    assert shown_day(LATE.isoformat(), SHANGHAI) == "12月1日"


@pytest.mark.parametrize("value", [None, 5, "soon", "13-01", "2026-12-01T00:00:00"])
def test_what_is_no_day_is_not_shown_as_one(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        shown_day(value, SHANGHAI)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(10, "10元"), (9.9, "9.9元"), (1299, "1,299元"), (0.05, "0.05元"), (100, "100元"), (0, "0元")],
)
def test_money_is_shown_as_people_write_it(value: float, shown: str) -> None:
    assert shown_money(value) == shown


def test_a_mask_hides_the_middle() -> None:
    assert masked("13800138000") == "138****8000"
    assert masked("张三丰") == "张**"


def test_the_values_of_a_member_and_a_coupon_are_plain_and_in_yuan() -> None:
    gone = Tag("旧", "x", LATE, LATE)
    member = Member(12, LATE, tags={"母婴": Tag("母婴", "x", LATE), "旧": gone}, attributes={"level": "金"})
    shown = member_values(member, LATE)
    assert (shown["number"], shown["name"], shown["tags"], shown["level"], shown["points"]) == (
        "m12", None, ("母婴",), "金", 0,
    )  # fmt: skip
    batch = CouponBatch("new10", "新人10元券", timedelta(days=7), amount_off=990, min_spend=9900)
    assert coupon_values(batch, code="A1")["amount_off"] == 9.9
    assert coupon_values(batch)["min_spend"] == 99
    assert "code" not in coupon_values(batch)
