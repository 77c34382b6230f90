"""Lines read as commands, circles read as conditions, and conditions kept as documents."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commanding.circle import Names, circle
from bot.domain.commanding.lines import Line, options, read, spoken
from bot.domain.commanding.saying import Refused
from bot.domain.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Did,
    InSegment,
    Not,
    StageIs,
    Tagged,
    Unfollowed,
)
from storage.conditions.document import from_document, to_document
from tests.condition_cases import trees

VIP = Did("order.paid", Comparison(">=", 3))
NAMES = Names({"VIP": VIP}, {"engaged": "engaged", "有互动": "engaged"}, frozenset({"母婴", "沉睡", "30天"}))
MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/状态", Line("状态", ())),
        ("／ 状态", Line("状态", ())),
        ("#标签 加　m12 母婴", Line("标签", ("加", "m12", "母婴"))),
        ('/备注 m12 "下午 联系"', Line("备注", ("m12", "下午 联系"))),
        ("/备注 m12 「下午 联系」", Line("备注", ("m12", "下午 联系"))),
        ("/演练 急停", Line("急停", (), dry=True)),
        ("/STATUS", Line("status", ())),
        ("确认 K7Q2 523", Line("确认", ("K7Q2", "523"))),
        ("/", Line("", ())),
    ],
)
def test_a_line_is_read(text: str, line: Line) -> None:
    assert spoken(text)
    assert read(text) == line


@pytest.mark.parametrize("text", ["状态", "你好 /状态", "确认", "确认收货", "确认一下 好吗", "", " "])
def test_chat_is_no_command(text: str) -> None:
    assert read(text) is None


def test_options_are_known_names_only() -> None:
    known = {"人群": "circle", "时间": "time"}
    words = ("digest", "--人群", "母婴", "-", "沉睡", "时间=明天", "20:00", "shop:oX")
    assert options(words, known) == (
        ("digest", "20:00", "shop:oX"),
        {"circle": "母婴 - 沉睡", "time": "明天"},
    )


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    line = read(text)
    assert line is None or spoken(text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("全部", Always()),
        ("母婴", Tagged("母婴")),
        ("#母婴", Tagged("母婴")),
        ("标签=母婴", Tagged("母婴")),
        ("标签!=母婴", Not(Tagged("母婴"))),
        ("阶段=有互动", StageIs(("engaged",))),
        ("有互动", StageIs(("engaged",))),
        ("VIP", InSegment("VIP", VIP)),
        ("VIP & 母婴 - 沉睡", AllOf((InSegment("VIP", VIP), Tagged("母婴"), Not(Tagged("沉睡"))))),
        ("母婴 | VIP & 沉睡", AnyOf((Tagged("母婴"), AllOf((InSegment("VIP", VIP), Tagged("沉睡")))))),
        ("(母婴 或 VIP) 且 沉睡", AllOf((AnyOf((Tagged("母婴"), InSegment("VIP", VIP))), Tagged("沉睡")))),
        ("30天未互动", Not(Did("any", within=MONTH))),
        ("30天内下单", Did("order.paid", within=MONTH)),
        ("下单>=3", Did("order.paid", Comparison(">=", 3))),
        ("90天下单>2次", Did("order.paid", Comparison(">", 2), timedelta(days=90))),
        ("没下单", Not(Did("order.paid"))),
        ("在关注", Unfollowed(False)),
    ],
)
def test_a_circle_means_what_an_operator_means(text: str, tree: Condition) -> None:
    assert circle(text, NAMES) == tree


@pytest.mark.parametrize(
    "text", ["", "母婴 &", "& 母婴", "(母婴", "母婴)", "不认识", "母婴 母婴", "阶段=没有", "(" * 60]
)
def test_what_is_no_circle_is_said_so(text: str) -> None:
    with pytest.raises(Refused):
        circle(text, NAMES)


@given(trees)
def test_a_condition_is_the_same_after_it_was_kept(tree: Condition) -> None:
    assert from_document(json.loads(json.dumps(to_document(tree)))) == tree
