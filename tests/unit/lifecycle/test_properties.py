"""What holds for every rule and every life: no surprise, no repetition, no circle."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.domain import effects as fx
from bot.domain.lifecycle.decide import advance, review
from bot.domain.lifecycle.walking import MOST_STEPS
from bot.domain.outbox import OutboxState
from tests.unit.lifecycle.community import Life, problems_of, rule

SIMPLE = st.sampled_from([
    "tag: {add: [x]}", "tag: {remove: [x]}", "send: {template: t/x, via: [reply]}", "wait: 1d", "wait: 3h",
    "wait: {until: member.birthday}", "wait: {until: coupon.new10.expires}", "wait: {at: '09:00'}",
    "when: {tag: x}, tag: {add: [q]}", "suppress: {purpose: marketing, lasts: 3d}",
    "issue: {coupon: new10}", "handoff: {queue: care}",
])  # fmt: skip


@st.composite
def blocks(draw: st.DrawFn, depth: int = 2) -> str:
    steps = []
    for _ in range(draw(st.integers(1, 4))):
        shape = draw(st.sampled_from(["simple", "simple", "branch", "wait_for"])) if depth else "simple"
        if shape == "branch":
            arms = f"{{when: {{tag: x}}, do: {draw(blocks(depth - 1))}}}"
            last = f", {{otherwise: true, do: {draw(blocks(depth - 1))}}}" if draw(st.booleans()) else ""
            steps.append(f"{{branch: [{arms}{last}]}}")
        elif shape == "wait_for":
            steps.append(
                f"{{wait_for: {{event: member.message, timeout: 2d}}, then: {draw(blocks(depth - 1))}}}"
            )
        else:
            steps.append(f"{{{draw(SIMPLE)}}}")
    return f"[{', '.join(steps)}]"


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program with a circle back to its first step, which is refused or harmless."""
    inner = draw(blocks())[1:-1]
    rounds = draw(st.integers(1, 4))
    back = draw(st.booleans())
    return f"[{{id: first, tag: {{add: [z]}}}}, {inner}{f', {{goto: first, max: {rounds}}}' if back else ''}]"


DEEDS = st.lists(
    st.sampled_from(["member.followed", "member.message", "order.paid", "sent", "hour", "day", "week"]),
    min_size=1,
    max_size=25,
)
TERMS = st.sampled_from([
    "", "    exit_on: [{event: order.paid}]\n", "    goal: {event: order.paid, within: 7d}\n",
    "    reentry: {mode: after_exit, cooldown: 1d}\n", "    reentry: {mode: every_occurrence}\n",
    "    holdout: {percent: 50}\n    goal: {event: order.paid, within: 3d}\n",
])  # fmt: skip
MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def lived(text: str, deeds: list[str]) -> Life:
    life = Life(text)
    for deed in deeds:
        life.now += timedelta(seconds=7)
        if deed in SPANS:
            life.passes(SPANS[deed])
        elif deed == "sent":
            life.sent(OutboxState.SENT)
        else:
            life.happens(deed)
    return life


@MANY
@given(programs(), TERMS, DEEDS)
def test_the_same_life_leads_to_the_same_effects(steps: str, terms: str, deeds: list[str]) -> None:
    text = rule(steps, more=terms)
    assume(not problems_of(text))
    assert lived(text, deeds).effects == lived(text, deeds).effects


@MANY
@given(programs(), TERMS, DEEDS)
def test_asking_twice_does_nothing_twice(steps: str, terms: str, deeds: list[str]) -> None:
    text = rule(steps, more=terms)
    assume(not problems_of(text))
    life = lived(text, deeds)
    for run in life.active:
        before = life.member
        first = advance(life.book, run, before, life.now, life.outcomes)
        assert advance(life.book, run, before, life.now, life.outcomes) == first
        life._do(first)
        after = life.member
        life._do(first)
        assert life.member.runs == after.runs
        assert life.member.tags == after.tags
    keys = [message.key for message in life.messages]
    orders = {message.key: message for message in life.messages}
    assert all(orders[key].template for key in keys)


@MANY
@given(programs(), TERMS, DEEDS)
def test_every_message_of_a_life_has_its_own_key(steps: str, terms: str, deeds: list[str]) -> None:
    text = rule(steps, more=terms)
    assume(not problems_of(text))
    life = lived(text, deeds)
    keys = [message.key for message in life.messages]
    assert len(keys) == len(set(keys))


@MANY
@given(programs(), DEEDS)
def test_no_call_runs_for_ever_and_no_look_is_due_again_at_once(steps: str, deeds: list[str]) -> None:
    text = rule(steps)
    assume(not problems_of(text))
    life = lived(text, deeds)
    assert life.last_run.reason != "circle" if life.count(fx.Enroll) else True
    for run in life.active:
        effects = advance(life.book, run, life.member, life.now, life.outcomes)
        assert len(effects) < MOST_STEPS
        for effect in effects:
            if isinstance(effect, fx.MoveEnrollment) and effect.enrollment.active:
                due = effect.enrollment.due_at
                assert due is None or due > life.now
    for effect in review(life.book, life.member, life.now):
        if isinstance(effect, fx.SetReview):
            assert effect.at is None or effect.at > life.now


@MANY
@given(programs(), TERMS, DEEDS)
def test_a_look_with_nothing_new_changes_nothing(steps: str, terms: str, deeds: list[str]) -> None:
    text = rule(steps, more=terms)
    assume(not problems_of(text))
    life = lived(text, deeds)
    life._do(review(life.book, life.member, life.now))
    assert review(life.book, life.member, life.now) == []
