"""The demo reads the promises from the configuration's own text, and knows a message by its fixed parts."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo.settings import ROOT
from bot.demo.terms import MARKETING, Cap, Terms, Wording, read
from bot.domain.content import Notice, Text
from bot.rendering import Renderer
from bot.rendering.lint import sample_values

APP = {"name": "荷塘", "contact": "400-000-0000", "timezone": "Asia/Shanghai"}
RENDERER = Renderer.load([ROOT / "templates"], APP)
METHODS = {"": "customer_service", "generic": "customer_service", "mass": "mass",
           "subscription": "subscription_notice"}  # fmt: skip


def _body() -> dict[str, Any]:
    body: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    body["templates"] = {"path": [str(ROOT / "templates")]}
    return body


TERMS = read(_body())


def _texts(template: str) -> Iterator[str]:
    """Yield every variant of a message as it really leaves, with its own sample."""
    for variant in RENDERER.families()[template]:
        values = sample_values(RENDERER._messages[template, variant])
        content = RENDERER.render(template, METHODS[variant], values, personalised=variant != "generic")
        assert isinstance(content, Text | Notice)
        yield content.text if isinstance(content, Text) else "\n".join(map(str, content.fields.values()))


def test_the_terms_are_those_the_file_states() -> None:
    assert TERMS.caps == (Cap(MARKETING, 1, timedelta(days=1)), Cap(MARKETING, 3, timedelta(days=7)))
    assert TERMS.quiet == (time(21, 30), time(8, 30))
    assert sorted(TERMS.grants | TERMS.refuses) == ["TD", "订阅优惠", "退订"]
    assert TERMS.grants == {"订阅优惠"}
    assert {one.template for one in TERMS.sends if one.answers} == {"welcome/hello"}
    assert {one.template for one in TERMS.sends if one.purpose == "service"} == {
        "welcome/hello", "vip/thanks", "referral/reward", "operators/ended", "survey/ask",
        "lottery/won", "group_buy/filled", "group_buy/over_time",
    }  # fmt: skip


@pytest.mark.parametrize("template", [one.template for one in TERMS.sends])
def test_what_leaves_is_known_as_its_own_send_and_no_other(template: str) -> None:
    texts = list(_texts(template))
    assert texts
    for text in texts:
        assert [one.template for one in TERMS._sends_of(text)] == [template]


@pytest.mark.parametrize("text", ["限时特惠，速来", "", "谢谢", "荷塘双周精选："])
def test_a_text_that_no_send_explains_counts_as_marketing_and_never_as_an_answer(text: str) -> None:
    assert TERMS.is_of(text, MARKETING)
    assert not TERMS.is_of(text, "service")
    assert not TERMS.may_answer(text)


def test_a_notice_without_a_word_to_refuse_it_is_marketing_by_its_rule() -> None:
    assert TERMS.is_of("新人10元券\n明天到期，请尽快使用\n回复「我的券」查看券码", MARKETING)
    assert not TERMS.is_of(
        "朋友，谢谢你一直以来的信任。以后有任何事，回复「人工」会优先接到专属顾问。", MARKETING
    )


@pytest.mark.parametrize(
    ("wall", "quiet"), [("21:29", False), ("21:30", True), ("08:29", True), ("08:30", False)]
)
def test_the_night_begins_and_ends_as_the_file_says(wall: str, quiet: bool) -> None:
    moment = datetime.combine(datetime(2026, 6, 3, tzinfo=UTC), time.fromisoformat(wall), TERMS.zone)
    assert TERMS.is_quiet(moment) is quiet


def _with_rule(folder: Path, steps: list[dict[str, Any]], **entry: str) -> Terms:
    home = folder / "messages" / "x"
    home.mkdir(parents=True)
    (home / "said.j2").write_text("---\ntitle: x\n---\n{% if a %}甲{% endif %}说一句\n", encoding="utf-8")
    body = _body() | {"templates": {"path": [str(folder)]}, "campaigns": {}}
    return read(body | {"rules": {"r": {"purpose": "service", "entry": entry, "steps": steps}}})


SAID = {"template": "x/said", "via": ["customer_service"]}
SAY: dict[str, Any] = {"id": "say", "send": SAID}


@pytest.mark.parametrize(
    ("entry", "before", "answers"),
    [
        ({"event": "member.message"}, [], True),
        ({"event": "member.message"}, [{"id": "t", "tag": {"add": ["x"]}}], True),
        ({"event": "member.message"}, [{"id": "w", "wait": "1h"}], False),
        ({"event": "member.message"}, [SAY], False),
        ({"event": "order.paid"}, [], False),
        ({"segment": "vip"}, [], False),
    ],
)
def test_only_what_a_members_act_brings_about_at_once_may_answer(
    entry: dict[str, str], before: list[dict[str, Any]], answers: bool, tmp_path: Path
) -> None:
    terms = _with_rule(tmp_path, [*before, {"id": "last", "send": dict(SAID)}], **entry)
    assert terms.sends[-1].answers is answers
    assert terms.may_answer("甲说一句") is (answers and len(terms.sends) == 1)


def test_a_send_deep_in_a_branch_is_a_send_with_its_own_purpose(tmp_path: Path) -> None:
    inner = {"template": "x/said", "purpose": "marketing", "via": ["mass"]}
    terms = _with_rule(
        tmp_path,
        [{"id": "b", "branch": [{"otherwise": True, "do": [{"id": "s", "send": inner}]}]}],
        event="member.message",
    )
    assert [(one.purpose, one.answers) for one in terms.sends] == [("marketing", False)]


@pytest.mark.parametrize(
    ("parts", "text", "fits"),
    [
        (("甲乙",), " 甲\n乙 ", True),
        (("甲乙",), "甲乙丙", False),
        (("甲", "乙"), "甲什么乙", True),
        (("甲", "乙"), "甲乙", True),
        (("甲", "乙"), "甲", False),
        (("甲甲", "甲甲"), "甲甲甲", False),
        (("", "甲", ""), "看甲看", True),
        (("", "甲", "乙", ""), "乙甲", False),
        (("", ""), "", True),
        (("甲", "乙", "丙"), "甲丙", False),
        (("甲", "丙", "丙"), "甲丙", False),
    ],
)
def test_a_wording_fits_what_has_its_parts_in_order_between_its_ends(
    parts: tuple[str, ...], text: str, fits: bool
) -> None:
    assert Wording.of(*parts).fits(text) is fits


def test_a_long_text_that_nearly_fits_is_told_apart_at_once() -> None:
    nearly = Wording.of(*[""] + ["啊"] * 40 + ["完"])
    assert not nearly.fits("啊" * 20_000)


def test_a_question_how_somebody_was_served_is_no_marketing_where_surveys_are_configured() -> None:
    asked = RENDERER.render("survey/ask", "customer_service", {"event": {"survey": "nps"}})
    assert isinstance(asked, Text)
    assert not TERMS.is_of(asked.text, MARKETING)
    body = _body()
    del body["activities"]["survey"]
    assert read(body).is_of(asked.text, MARKETING)
