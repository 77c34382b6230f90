"""What an offer is worth never depends on what its rule does not name (个人信息保护法 art. 24)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.members import Member, Rfm, Tag
from bot.domain.outbox import CouponOrder
from tests.unit.lifecycle.community import NOW, Life, rule

SEND = (
    "send: {template: a/b, coupon: new10, basis: new_customer, via: [customer_service],"
    " unreachable: wait_for_window, expires: 7d}"
)
RULES = (
    rule(f"[{{id: s, {SEND}}}]", "{event: order.paid}", "    purpose: marketing\n"),
    rule(
        f"[{{id: s, when: {{tag: 母婴}}, {SEND}}}, {{id: t, {SEND}}}]",
        "{event: order.paid}",
        "    purpose: marketing\n    filter: {not: {tag: 已沉睡}}\n",
    ),
)
NAMED = frozenset({"母婴", "已沉睡"})
words = st.text(min_size=1, max_size=6).filter(lambda word: word not in NAMED)


def offered(text: str, member: Member) -> list[tuple[str, CouponOrder | None]]:
    """Every offer that somebody like this is made by the rule, with its coupon."""
    life = Life(text, member)
    life.happens("order.paid")
    return [(message.step, message.coupon) for message in life.messages]


@settings(max_examples=200, deadline=None)
@given(
    text=st.sampled_from(RULES),
    mine=st.sets(st.sampled_from(sorted(NAMED))),
    more=st.sets(words, max_size=4),
    about=st.dictionaries(words, st.one_of(st.integers(), words), max_size=4),
    rfm=st.one_of(st.none(), st.builds(Rfm, *[st.integers(1, 5)] * 3)),
)
def test_an_offer_is_the_same_whatever_else_is_known(
    text: str, mine: set[str], more: set[str], about: dict[str, str | int], rfm: Rfm | None
) -> None:
    plain = Member(1, NOW, tags={name: Tag(name, "t", NOW) for name in mine})
    marked = replace(
        plain, tags={**plain.tags, **{name: Tag(name, "t", NOW) for name in more}}, attributes=about, rfm=rfm
    )
    assert offered(text, marked) == offered(text, plain)


def test_a_tag_that_the_rule_names_does_make_a_difference() -> None:
    mother = Member(1, NOW, tags={"母婴": Tag("母婴", "t", NOW)})
    assert offered(RULES[1], mother) != offered(RULES[1], Member(1, NOW))
