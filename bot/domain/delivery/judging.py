"""Several due messages judged together: the more important of a member goes first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery.gates import check
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.verdict import Pass, Verdict
from bot.domain.delivery.world import Counted, Ledger, MemberFacts, Standing, World
from bot.domain.outbox import OutboxMessage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A due message and where it stands."""

    id: int
    message: OutboxMessage
    standing: Standing


Worlds = Mapping[int, tuple[MemberFacts, Ledger]]


def judge(
    candidates: Iterable[Candidate], worlds: Worlds, policy: DeliveryPolicy, now: datetime
) -> dict[int, Verdict]:
    """Return a verdict for each candidate.

    Messages of one member are judged by falling priority, then by age, and each that passes takes its
    place in the ledgers before the next is looked at.
    """
    by_member: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_member[candidate.message.member_id].append(candidate)
    verdicts: dict[int, Verdict] = {}
    for member_id, rivals in by_member.items():
        facts, ledger = worlds[member_id]
        if len(rivals) > 1:
            rivals.sort(key=_importance)
        for candidate in rivals:
            message = candidate.message
            verdict = check(message, World(facts, ledger, candidate.standing), policy, now)
            verdicts[candidate.id] = verdict
            if isinstance(verdict, Pass) and len(rivals) > 1:
                place = Counted(message.purpose, now, verdict.route, rival=True)
                ledger = ledger.after(verdict.allowance, place)
    return verdicts


def _importance(candidate: Candidate) -> tuple[int, datetime, int]:
    return (-candidate.message.priority, candidate.message.due_at, candidate.id)
