"""Working a plan out: who is in its circle, how each would be reached by the very gates, what it may cost."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.domain.commanding.plans import RELEASE, Card, Limits, Plan, Propose
from bot.domain.conditions import Condition
from bot.domain.delivery.judging import Candidate, judge
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.verdict import Pass
from bot.domain.delivery.world import UNCONCERNED
from bot.domain.outbox import OutboxMessage
from storage.commands import plans
from storage.commands.bodies import body_of, digest
from storage.commands.orders import Deeds, Given
from storage.conditions import where
from storage.conditions.document import to_document
from storage.full_pass import MEMBER, alive
from storage.world import View, load

# More people than this are judged by a sample of so many; the numbers are then told as rough.
SAMPLE = 1000
EXAMPLES = 3
# Those who are judged are spread over all numbers, so as not to be the oldest members.
_SPREAD = 7919


def propose(c: Connection, act: Propose, given: Given, moved_from: int | None = None) -> Card:
    """Work a plan out, keep it, and return its card; `moved_from` is how many people an earlier card told."""
    card = worked_out(c, act.plan, act.limits, given.policy, given.now)
    body = body_of(act.plan)
    row: Mapping[str, Any] = {
        "kind": act.plan.kind,
        "body": body,
        "tree": to_document(act.plan.tree) if act.plan.kind != RELEASE else {},
        "digest": digest(body, act.plan.version),
        "size": card.size,
        "cost": card.cost,
        "starts_at": act.plan.start,
        "expires_at": given.now + act.limits.lasts,
    }
    return replace(card, code=plans.store(c, given, row), moved_from=moved_from)


def worked_out(
    c: Connection, plan: Plan, limits: Limits, policy: DeliveryPolicy | None, now: datetime
) -> Card:
    """Return a plan's card, still without a code."""
    if plan.kind == RELEASE:
        return Card("", plan, 0)
    size, members = c.execute(
        select(
            func.count().filter(where(plan.tree, now)), func.count()
        ).select_from(MEMBER).where(alive())
    ).one()  # fmt: skip
    reach: Mapping[str, int] = {}
    sampled = 0
    cost = 0
    if plan.message is not None and policy is not None:
        reach, sampled = _reach(c, plan.message, plan.tree, policy, plan.start or now)
        cost = plan.cost * size
    second = _over(size, limits.second_members) or _over(cost, limits.second_cost)
    typed = size >= limits.typed_members or (size > 1 and size > members * limits.typed_share)
    examples = tuple(
        c.execute(select(MEMBER.c.id).where(alive(), where(plan.tree, now)).limit(EXAMPLES)).scalars()
    )
    return Card("", plan, size, reach, sampled, plan.start, cost, typed, second, examples=examples)


def _over(value: int, limit: int | None) -> bool:
    return limit is not None and value > limit


def _reach(
    c: Connection, message: OutboxMessage, tree: Condition, policy: DeliveryPolicy, now: datetime
) -> tuple[dict[str, int], int]:
    """Return what the gates would say now to so many of the circle, by route or reason."""
    order = MEMBER.c.id * _SPREAD % 1009
    inside = select(MEMBER.c.id).where(alive(), where(tree, now)).order_by(order, MEMBER.c.id).limit(SAMPLE)
    ids = list(c.execute(inside).scalars())
    worlds = load(c, ids, View(policy, {}, "", now))
    candidates = [
        Candidate(member_id, replace(message, member_id=member_id, key=f"?/{member_id}"), UNCONCERNED)
        for member_id in ids
        if member_id in worlds
    ]
    ledgers = {one: (known.facts, known.ledger) for one, known in worlds.items()}
    verdicts = judge(candidates, ledgers, policy, now)
    counted = Counter(
        f"route:{verdict.route}" if isinstance(verdict, Pass) else str(verdict.reason)
        for verdict in verdicts.values()
    )
    return dict(counted), len(ids)


DEEDS: Deeds = {Propose: propose}
