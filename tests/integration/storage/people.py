"""Arbitrary effects on one member, for properties."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from bot.domain.effects import (
    AddTag,
    Effect,
    EndSilence,
    Enroll,
    JoinGroup,
    LeaveGroup,
    MoveEnrollment,
    RemoveTag,
    SetAttributes,
    SetConsent,
    SetFollowing,
    SetMembership,
    SetReview,
    SetStage,
    Suppress,
)
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState
from tests.fakes import START

NAMES = st.sampled_from(["母婴", "护肤", "已沉睡", "KOC"])
PURPOSES = st.sampled_from(["marketing", "service"])
moments = st.integers(-40, 40).map(lambda hours: START + timedelta(hours=hours))
ends = st.none() | moments
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=8),
    st.floats(-1e15, 1e15),
)  # fmt: skip
traits = st.dictionaries(
    st.sampled_from(["name", "zone", "birthday", "source", "城市", "points", "vip"]), values, max_size=4
)


def on_member(member_id: int) -> st.SearchStrategy[Effect]:
    """Return effects on this member, on few names so that they meet."""
    who = st.just(member_id)
    return st.one_of(
        st.builds(AddTag, who, NAMES, st.sampled_from(["rule:a", "keyword:b"]), moments, ends),
        st.builds(RemoveTag, who, NAMES, st.just("rule:a"), moments),
        st.builds(SetStage, who, st.sampled_from(["new", "buyer", "dormant"]), st.just(""), moments),
        st.builds(SetMembership, who, st.sampled_from(["vip", "active"]), st.booleans(), moments),
        st.builds(SetReview, who, ends),
        st.builds(SetAttributes, who, traits, st.just("test"), moments),
        st.builds(SetConsent, who, PURPOSES, st.booleans(), st.just("keyword"), st.just("proof"), moments),
        st.builds(Suppress, who, PURPOSES, moments, st.just("rule"), moments),
        st.builds(SetFollowing, who, st.sampled_from(["shop", "corp", "nobody"]), st.booleans(), moments),
        st.builds(JoinGroup, who, st.just("corp:wrA"), st.just("宝妈一群"), moments),
        st.builds(LeaveGroup, who, st.just("corp:wrA"), moments),
        st.builds(EndSilence, who, PURPOSES, moments),
        runs(member_id),
    )


@st.composite
def runs(draw: st.DrawFn, member_id: int) -> Effect:
    """Return a start or a move of one of a few runs; most moves find the run where they expect it."""
    number = draw(st.integers(1, 3))
    entered = START - timedelta(hours=number)
    step, began = draw(places())
    state = draw(st.sampled_from(EnrollmentState))
    run = Enrollment(
        id=f"run-{number}",
        rule=draw(st.just("welcome" if number < 3 else "winback")),
        version="v",
        member_id=member_id,
        key=f"key-{number}",
        state=state,
        step=step,
        entered_at=entered,
        began_at=began,
        due_at=draw(ends),
        ended_at=None if state is EnrollmentState.ACTIVE else began,
        context={"城市": "杭州"},
    )
    if draw(st.booleans()):
        return Enroll(run)
    return MoveEnrollment(run, *draw(places()))


def places() -> st.SearchStrategy[tuple[str, datetime]]:
    """Return a step and when it began, of which there are few."""
    return st.tuples(st.sampled_from(["", "hello"]), st.sampled_from([START, START + timedelta(hours=1)]))
