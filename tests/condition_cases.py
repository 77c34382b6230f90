"""Random conditions and random members whose times lie on, just before and just after every boundary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

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
    InGroup,
    InSegment,
    KnownFor,
    Not,
    Overdue,
    RfmIs,
    StageIs,
    Tagged,
    Unfollowed,
)
from bot.domain.events import OWN_ACTS
from bot.domain.members import Holding, Link, Member, Rfm, Tag, Tally

NOW = datetime(2026, 11, 14, 2, 0, 0, 123456, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SPANS = (timedelta(minutes=1), timedelta(hours=48), timedelta(days=7), timedelta(days=30), timedelta(days=90))
KINDS = ("order.paid", "member.message", "complaint.opened", "custom.tea_tasting")
TAGS = ("母婴", "已沉睡", 'O\'Brien "x"', "50%_off\\", "😀", "tag", "TAG")
STAGES = ("new", "buyer", "老客", "")
GROUPS = {"corp:wrA": "宝妈一群", "corp:wrB": "宝妈一群", "groups:r1": ""}
BATCHES = ("new10", "生日券")
STATES = ("reserved", "issued", "redeemed", "expired", "revoked")
NAMES = ("city", "points", "会员 等级", "a.b", "birthday", "name", "source", "zone")
TEXTS = (
    "杭州",
    "上海",
    "",
    "5",
    "true",
    "null",
    "O'x\"y",
    "100%",
    "a_b",
    "a\\b",
    "Z",
    "a",
    "é",
    "12-01",
    "😀",
)
RELATIONS = (">=", ">", "<=", "<", "==", "!=")

relations = st.sampled_from(RELATIONS)
kinds = st.sampled_from(KINDS)
spans = st.sampled_from(SPANS)
numbers = st.one_of(
    st.integers(-3, 6),
    st.integers(-(2**53), 2**53),
    st.sampled_from((0.1, 0.5, 2.0, 2.5, -1.25, 99.99, 1e9)),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, st.sampled_from(TEXTS))


@st.composite
def ages(draw: st.DrawFn) -> timedelta:
    """How long ago something was: near the edge of some window, or anywhere."""
    edge = draw(st.one_of(spans, st.integers(0, 120 * 86_400).map(lambda n: timedelta(seconds=n))))
    return max(edge + draw(st.sampled_from((-1, 0, 0, 1))) * TICK, timedelta())


@st.composite
def expiries(draw: st.DrawFn) -> datetime | None:
    """When something expires: never, around now, or some time away."""
    if draw(st.booleans()):
        return draw(st.sampled_from((None, NOW - TICK, NOW, NOW + TICK)))
    return NOW + draw(st.sampled_from((-1, 1))) * draw(ages())


def _tally(times: tuple[datetime, ...]) -> Tally:
    return Tally(len(times), min(times), max(times), 100 * len(times))


@st.composite
def holdings(draw: st.DrawFn, batch: str) -> Holding:
    return Holding(batch, draw(st.sampled_from(STATES)), NOW - draw(ages()), draw(expiries()))


@st.composite
def members(draw: st.DrawFn, member_id: int = 1) -> Member:
    """A member whose numbers agree with each other, as storage keeps them."""
    history = {
        kind: tuple(sorted((NOW - draw(ages()) for _ in range(draw(st.integers(0, 4)))), reverse=True))
        for kind in KINDS
    }
    links = draw(st.sampled_from(((), (True,), (False,), (True, False))))
    texts = st.one_of(st.none(), st.sampled_from(TEXTS))
    score = st.integers(1, 5)
    return Member(
        id=member_id,
        known_since=NOW - draw(ages()),
        stage=draw(st.sampled_from(STAGES)),
        name=draw(texts),
        zone=draw(texts),
        birthday=draw(texts),
        source=draw(texts),
        attributes=draw(st.dictionaries(st.sampled_from(NAMES[:4]), scalars, max_size=4)),
        tags={
            name: Tag(name, "test", NOW - draw(ages()), draw(expiries()))
            for name in draw(st.sets(st.sampled_from(TAGS), max_size=3))
        },
        tallies={kind: _tally(times) for kind, times in history.items() if times},
        moments={**dict.fromkeys(OWN_ACTS, ()), **history},
        groups={one: GROUPS[one] for one in draw(st.sets(st.sampled_from(sorted(GROUPS))))},
        rfm=draw(st.one_of(st.none(), st.builds(Rfm, score, score, score))),
        links=tuple(
            Link(f"shop{index}", f"o{member_id}", following, NOW) for index, following in enumerate(links)
        ),
        holdings={batch: draw(holdings(batch)) for batch in draw(st.sets(st.sampled_from(BATCHES)))},
    )


comparisons = st.builds(Comparison, relations, st.sampled_from((0, 1, 2, 3, 1.5, 0.5)))
scores = st.one_of(st.none(), st.builds(Comparison, relations, st.integers(1, 5)))

leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Always),
    st.builds(Did, st.one_of(kinds, st.just("any")), comparisons, st.one_of(st.none(), spans)),
    st.builds(Did, st.one_of(kinds, st.just("any")), st.just(Comparison(">=", 1)), spans),
    st.builds(Overdue, kinds, st.sampled_from((1.0, 1.5, 2.0, 1.333)), st.integers(2, 4)),
    st.builds(Tagged, st.sampled_from(TAGS)),
    st.builds(StageIs, st.lists(st.sampled_from(STAGES), max_size=2).map(tuple)),
    st.builds(RfmIs, scores, scores, scores),
    st.builds(KnownFor, st.builds(Comparison, relations, spans.map(timedelta.total_seconds))),
    st.builds(Unfollowed, st.booleans()),
    st.builds(AttributeIs, st.sampled_from(NAMES), relations, scalars),
    st.builds(AttributeIn, st.sampled_from(NAMES), st.lists(scalars, max_size=3).map(tuple)),
    st.builds(EventIs, st.sampled_from(("order_settled", "金额")), relations, scalars),
    st.builds(InGroup, st.sampled_from(("宝妈一群", "groups:r1", "corp:wrB", "没有的群"))),
    st.builds(CouponIs, st.sampled_from(BATCHES), st.sampled_from(STATES)),
)


def grown(below: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions one level above these."""
    several = st.lists(below, max_size=3).map(tuple)
    return st.one_of(
        st.builds(AllOf, several),
        st.builds(AnyOf, several),
        st.builds(Not, below),
        st.builds(InSegment, st.just("活跃"), below),
    )


trees: st.SearchStrategy[Condition] = st.recursive(leaves, grown, max_leaves=6)
contexts = st.dictionaries(st.sampled_from(("order_settled", "金额")), scalars)
