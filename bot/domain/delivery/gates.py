"""The gates every message passes, in the one order that ARCHITECTURE.md states.

Pure over the message, a small `World`, the policy and the moment, so that the forecast runs them in
memory and the sender inside its claim. Each gate returns what stops the message, or None.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from bot.domain import programs
from bot.domain.delivery.caps import capped_until
from bot.domain.delivery.consent import missing_consent, personalised
from bot.domain.delivery.hours import quiet_until, zone_of
from bot.domain.delivery.policy import AUTOMATION, MARKETING, DeliveryPolicy, GlobalHoldout
from bot.domain.delivery.reasons import Reason, coupon_reason
from bot.domain.delivery.routes import REPLY
from bot.domain.delivery.routing import choose_route
from bot.domain.delivery.verdict import Drop, Hold, Pass, Verdict
from bot.domain.delivery.world import MemberFacts, World
from bot.domain.outbox import OutboxMessage, OutboxState


@dataclass(frozen=True, slots=True)
class Case:
    """What a gate judges."""

    message: OutboxMessage
    world: World
    policy: DeliveryPolicy
    now: datetime


Stop = Hold | Drop | None
Gate = Callable[[Case], Stop]


def check(message: OutboxMessage, world: World, policy: DeliveryPolicy, now: datetime) -> Verdict:
    """Return whether the message may leave now and by which route; else what holds or ends it."""
    stop = _first(Case(message, world, policy, now))
    if stop is not None:
        return stop
    choice = choose_route(message, world, policy, now)
    if isinstance(choice, Pass) and world.standing.rate_at is not None:
        return Hold(Reason.RATE, min(world.standing.rate_at, message.expires_at))
    return choice


def for_reply(message: OutboxMessage, world: World, policy: DeliveryPolicy, now: datetime) -> Verdict:
    """Return whether the message may be the passive answer to the callback that made it."""
    stop = _first(Case(message, world, policy, now))
    if stop is not None:
        return stop
    route = policy.routes.get(REPLY)
    if route is None or REPLY not in message.via or not route.serves(message.purpose):
        return Drop(Reason.NO_ROUTE)
    return Pass(REPLY, None, personalised(message.purpose, world.member, policy))


def refuses(purpose: str, member: MemberFacts, policy: DeliveryPolicy, now: datetime) -> Drop | None:
    """Return what forbids even an answer of this purpose: consent, suppression or holdout; else None."""
    stop = missing_consent(purpose, member, policy) or _silenced(purpose, member, now)
    return stop or _apart(purpose, member.id, policy.holdout)


def held_out(holdout: GlobalHoldout, member_id: int) -> bool:
    """Return whether the member belongs to the group that gets no marketing; stable for one salt."""
    digest = sha256(f"{holdout.salt}:{member_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * 100 < holdout.percent * 2**64


def program_of(message: OutboxMessage) -> str:
    """Return the key of the message's rule or campaign in `DeliveryPolicy.programs`."""
    return programs.of_either(message.rule, message.campaign)


def stopped_by(message: OutboxMessage) -> tuple[str, str]:
    """Return the switches either of which stops the message."""
    return program_of(message), f"{programs.TEMPLATE}{message.template}"


def _first(case: Case) -> Hold | Drop | None:
    for gate in GATES:
        stop = gate(case)
        if stop is not None:
            return stop
    return None


def _alive(case: Case) -> Stop:
    if not case.world.standing.run_alive:
        return Drop(Reason.RUN_ENDED)
    # A paused program holds what it queued, but not beyond its time; `resume` wakes it.
    if case.world.standing.paused and case.now < case.message.expires_at:
        return Hold(Reason.PROGRAM_PAUSED, case.message.expires_at)
    return None


def _exit(case: Case) -> Stop:
    return Drop(Reason.EXITED) if case.world.standing.exited else None


def _consent(case: Case) -> Stop:
    return missing_consent(case.message.purpose, case.world.member, case.policy)


def _suppression(case: Case) -> Stop:
    message = case.message
    until = case.world.member.suppressed.get(AUTOMATION)
    if until is not None and case.now < min(until, message.expires_at) and not message.is_answer:
        return Hold(Reason.HUMAN_SESSION, min(until, message.expires_at))
    return _silenced(case.message.purpose, case.world.member, case.now)


def _silenced(purpose: str, member: MemberFacts, now: datetime) -> Drop | None:
    until = member.suppressed.get(purpose)
    return Drop(Reason.SUPPRESSED) if until is not None and now < until else None


def _holdout(case: Case) -> Stop:
    return _apart(case.message.purpose, case.world.member.id, case.policy.holdout)


def _apart(purpose: str, member_id: int, holdout: GlobalHoldout | None) -> Drop | None:
    if purpose == MARKETING and holdout is not None and held_out(holdout, member_id):
        return Drop(Reason.HOLDOUT)
    return None


def _filter(case: Case) -> Stop:
    if not case.world.standing.passes:
        return Drop(Reason.FILTERED)
    return None if case.world.standing.when else Drop(Reason.WHEN_FALSE)


def _fairness(case: Case) -> Stop:
    message, fairness = case.message, case.policy.fairness
    if message.coupon is None:
        return None
    if fairness.basis and message.coupon.basis not in fairness.basis:
        return Drop(Reason.UNFAIR_BASIS)
    program = case.policy.programs.get(program_of(message))
    seen = program.reads.union(message.context) if program else frozenset(message.context)
    return Drop(Reason.UNFAIR_FACT) if fairness.forbidden & seen else None


def _expiry(case: Case) -> Stop:
    if case.now >= case.message.expires_at:
        return Drop(Reason.EXPIRED, OutboxState.EXPIRED)
    return None


def _quiet(case: Case) -> Stop:
    if case.message.is_answer or case.policy.quiet is None:
        return None
    zone = zone_of(case.world.member.zone, case.policy.zone)
    until = quiet_until(case.policy.quiet, case.now, zone)
    return None if until is None else Hold(Reason.QUIET_HOURS, min(until, case.message.expires_at))


def _caps(case: Case) -> Stop:
    return _capped(case, Reason.CAP)


def _priority(case: Case) -> Stop:
    return _capped(case, Reason.PRIORITY)


def _capped(case: Case, reason: Reason) -> Stop:
    message, counted = case.message, case.world.ledger.counted
    if message.is_answer:
        return None
    if reason is Reason.CAP:
        counted = tuple(place for place in counted if not place.rival)
    until = capped_until(message.purpose, counted, case.policy.caps, case.now)
    return None if until is None else Hold(reason, min(until, message.expires_at))


def _coupon(case: Case) -> Stop:
    cause = case.world.standing.coupon_refusal
    return Drop(coupon_reason(cause)) if cause else None


# The order is a promise: `why` shows the first gate that stopped a message. After these come the
# route with its open allowance, and the account's rate.
GATES: tuple[Gate, ...] = (
    _alive,
    _exit,
    _consent,
    _suppression,
    _holdout,
    _filter,
    _fairness,
    _expiry,
    _quiet,
    _caps,
    _priority,
    _coupon,
)
