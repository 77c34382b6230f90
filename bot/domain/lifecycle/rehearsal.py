"""What a rule would do with one member who does nothing from now on: the same steps, on a clock of its own.

Every message counts as sent at once: which windows, caps and nights it will meet, nobody knows yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.effects import Effect, QueueMessage
from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.lifecycle.entering import fresh_run
from bot.domain.lifecycle.leaving import standing_way_out
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.lifecycle.walking import Walk
from bot.domain.members import Holding, Member
from bot.domain.outbox import OutboxMessage, OutboxState
from bot.domain.value import value

MOST_LINES = 200
TRIED = "try"


@value
class Line:
    """One thing that would happen: when, at which step, what, and the message if one leaves."""

    at: datetime
    step: str
    what: str
    note: str = ""
    arm: str = ""
    message: OutboxMessage | None = None


def rehearse(
    book: Rulebook, rule: Rule, member: Member, now: datetime, lasting: Mapping[str, timedelta]
) -> tuple[Line, ...]:
    """Return what entering the rule now would lead to; `lasting` says how long each coupon is good for."""
    run = fresh_run(rule, member.id, TRIED, now)
    if rule.holdout is not None and rule.holdout.holds_out(member.id):
        return (Line(now, "", "held_out"),)
    lines = [Line(now, "", "entered")]
    walk = Walk(rule, run, member, now, book.zone_of(member), entering=True)
    walk.start()
    lines += _lines(walk)
    while walk.run.active and len(lines) < MOST_LINES:
        following = _on(book, walk, lasting)
        if following is None:
            lines.append(Line(walk.now, walk.run.step, "waits"))
            break
        if isinstance(following, Line):
            lines.append(following)
            break
        walk = following
        lines += _lines(walk)
    return tuple(lines)


def _on(book: Rulebook, walk: Walk, lasting: Mapping[str, timedelta]) -> Walk | Line | None:
    """Return the next look at the run, its end by a way out, or None when time alone leads nowhere."""
    run, now, member = walk.run, walk.now, walk.member
    outcomes: dict[str, OutboxState] = {}
    if run.waiting_for:
        outcomes = {run.waiting_for: OutboxState.SENT}
        member = _given(member, walk.effects, now, lasting)
    elif run.due_at is None:
        return None
    else:
        now = max(now, run.due_at)
    reason = standing_way_out(walk.rule, run, member, now)
    if reason:
        return Line(now, run.step, "exited", reason)
    following = Walk(walk.rule, run, member, now, book.zone_of(member), outcomes=outcomes)
    following.look_again()
    return following if following.run != run else None


def _given(member: Member, effects: list[Effect], now: datetime, lasting: Mapping[str, timedelta]) -> Member:
    """Return the member with the coupons that the messages brought."""
    holdings = dict(member.holdings)
    for effect in effects:
        coupon = effect.message.coupon if isinstance(effect, QueueMessage) else None
        if coupon is not None:
            valid = lasting.get(coupon.batch, timedelta())
            holdings[coupon.batch] = Holding(coupon.batch, "issued", now, now + valid)
    return replace(member, holdings=holdings)


def _lines(walk: Walk) -> Iterator[Line]:
    messages = [effect.message for effect in walk.effects if isinstance(effect, QueueMessage)]
    by_step = {message.step: message for message in messages}
    for place, passed in enumerate(walk.trail, start=1):
        message = by_step.get(passed.step) if passed.state == "began" else None
        what = "sends" if message is not None else passed.state
        if place == len(walk.trail) and walk.run.state is EnrollmentState.DONE:
            what = "ends"
        yield Line(passed.at, passed.step, what, passed.reason, walk.run.arm, message)
