"""Conditions as an operator writes them, and what each mistake is called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.config.conditions import Names, parse
from bot.config.problems import Problems
from bot.domain.conditions import (
    AllOf,
    Always,
    AnyOf,
    AttributeIn,
    AttributeIs,
    Comparison,
    Condition,
    CouponIs,
    Did,
    EventIs,
    InSegment,
    KnownFor,
    Not,
    RfmIs,
    StageIs,
    Tagged,
    Unfollowed,
)

SEGMENTS = {
    "活跃": {"did": "member.message", "within": "30d"},
    "vip": {"all": [{"rfm": {"monetary": ">=4"}}, {"in": "活跃"}]},
    "hen": {"not": {"in": "egg"}},
    "egg": {"in": "hen"},
}
NAMES = Names(SEGMENTS, ("new", "老客"), ("new10", "back15"))
DAY = timedelta(days=1)
ACTIVE = InSegment("活跃", Did("member.message", within=30 * DAY))
FOUR = Comparison(">=", 4)


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ({}, Always()),
        ({"all": [{"tag": "母婴"}, {}]}, AllOf((Tagged("母婴"), Always()))),
        ({"any": [{"tag": "母婴"}]}, AnyOf((Tagged("母婴"),))),
        ({"not": {"stage": "new"}}, Not(StageIs(("new",)))),
        ({"stage": ["new", "老客"]}, StageIs(("new", "老客"))),
        ({"tag": ["a", "b"]}, AnyOf((Tagged("a"), Tagged("b")))),
        ({"did": "any"}, Did("any")),
        (
            {"did": "order.paid", "count": ">=3", "within": "180d"},
            Did("order.paid", Comparison(">=", 3), 180 * DAY),
        ),
        ({"did": "order.paid", "count": 0}, Did("order.paid", Comparison("==", 0))),
        ({"did": "custom.tea_tasting"}, Did("custom.tea_tasting")),
        ({"in": "活跃"}, ACTIVE),
        ({"in": "vip"}, InSegment("vip", AllOf((RfmIs(monetary=FOUR), ACTIVE)))),
        ({"rfm": {"monetary": ">=4", "frequency": ">= 4"}}, RfmIs(frequency=FOUR, monetary=FOUR)),
        ({"known_for": ">=30d"}, KnownFor(Comparison(">=", 30 * 86_400))),
        ({"unfollowed": True}, Unfollowed(True)),
        ({"event.order_settled": True}, EventIs("order_settled", "==", True)),
        ({"event.amount": ">=9900"}, EventIs("amount", ">=", 9900)),
        ({"member.city": "杭州"}, AttributeIs("city", "==", "杭州")),
        ({"member.points": ">=5"}, AttributeIs("points", ">=", 5)),
        ({"member.rate": "<0.5"}, AttributeIs("rate", "<", 0.5)),
        ({"member.code": "5"}, AttributeIs("code", "==", "5")),
        ({"member.birthday": None}, AttributeIs("birthday", "==", None)),
        ({"member.birthday": ">=12-01"}, AttributeIs("birthday", ">=", "12-01")),
        ({"member.会员 等级": "!=金"}, AttributeIs("会员 等级", "!=", "金")),
        ({"member.city": ["杭州", 3, None]}, AttributeIn("city", ("杭州", 3, None))),
        ({"coupon": {"name": "new10", "state": "issued"}}, CouponIs("new10", "issued")),
        ({"tag": "母婴", "unfollowed": False}, AllOf((Tagged("母婴"), Unfollowed(False)))),
    ],
)
def test_every_shape_is_read_as_it_is_meant(raw: object, meant: Condition) -> None:
    problems = Problems()
    assert parse(raw, "rules.x.filter", problems, NAMES) == meant
    assert problems.found == []


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ([], "x: a condition is a mapping, such as {did: order.paid}"),
        ({"dit": "order.paid"}, 'x.dit: no condition "dit"; did you mean "did"?'),
        ({"did": "order.payed"}, 'x.did: no event "order.payed"; did you mean "order.paid"?'),
        ({"did": ["order.paid"]}, 'x.did: no event "[\'order.paid\']"; did you mean "order.paid"?'),
        ({"within": "3d"}, 'x.within: "within" completes "did", which is not here'),
        ({"did": "any", "within": 3}, "x.within: write a span of time such as 50s, 1m, 20h, 30d or 2w"),
        ({"did": "any", "count": ">=x"}, 'x.count: write a number or a comparison such as ">=3"'),
        ({"did": "any", "count": 1.5}, "x.count: a count is a whole number, zero or more"),
        ({"all": [{"tag": "a"}, {"in": "vips"}]}, 'x.all[1].in: no segment "vips"; did you mean "vip"?'),
        ({"any": []}, "x.any: write a list of conditions with at least one"),
        ({"not": {"stage": "neu"}}, 'x.not.stage: no stage "neu"; did you mean "new"?'),
        ({"rfm": {"money": 3}}, 'x.rfm.money: no score "money"; did you mean "monetary"?'),
        ({"rfm": 4}, 'x.rfm: write the scores asked for, such as {monetary: ">=4", frequency: ">=4"}'),
        ({"known_for": "30d"}, 'x.known_for: write a comparison with a span of time, such as ">=30d"'),
        ({"unfollowed": "true"}, "x.unfollowed: write true or false"),
        ({"tag": "a\0b"}, "x.tag: a text has at most 200 characters and no control characters"),
        (
            {"member.city": "杭\0州"},
            "x.member.city: a text has at most 200 characters and no control characters",
        ),
        (
            {'member.a"b': 1},
            "x.member.a\"b: an attribute's name is letters, digits, spaces, dots and dashes",
        ),
        ({"member.n": 2**60}, "x.member.n: write a number, at most 2^53"),
        ({"member.n": float("nan")}, "x.member.n: write a number, at most 2^53"),
        ({"coupon": {"name": "new10"}}, "x.coupon: write {name: …, state: …}"),
        (
            {"coupon": {"name": "back51", "state": "issued"}},
            'x.coupon.name: no coupon "back51"; did you mean "back15"?',
        ),
        (
            {"coupon": {"name": "new10", "state": "used"}},
            'x.coupon.state: no coupon state "used"; did you mean "issued"?',
        ),
        ({"in": "hen"}, "x.in: the segment leads back to itself: hen → egg → hen"),
    ],
)
def test_every_mistake_is_told_under_its_path(raw: object, line: str) -> None:
    problems = Problems()
    parse(raw, "x", problems, NAMES)
    assert [problem.line() for problem in problems.found] == [line]


def test_segments_that_unfold_without_end_are_refused_at_once() -> None:
    doubled = {f"s{n}": {"any": [{"in": f"s{n - 1}"}, {"in": f"s{n - 1}"}]} for n in range(1, 40)}
    problems = Problems()
    parse({"in": "s39"}, "x", problems, Names({"s0": {"tag": "a"}, **doubled}))
    assert {problem.line() for problem in problems.found} == {
        "x.in: this condition is too large, its segments counted in"
    }


def test_deep_nesting_is_refused() -> None:
    raw: object = {"tag": "a"}
    for _ in range(40):
        raw = {"not": raw}
    problems = Problems()
    parse(raw, "x", problems, NAMES)
    assert len(problems.found) == 1
