"""What is said in a group: when it may be, and how often. Pure over a small ledger of the group.

Nothing is said at night, never more than the route's allowance for a group, and the same topic not twice
within its cool-down, so that two programs that answer each other fall silent at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.delivery.hours import month_start, next_month, quiet_until
from bot.domain.delivery.policy import QuietHours
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import Quota
from bot.domain.delivery.verdict import Drop, Hold
from bot.domain.identity import Identity
from bot.domain.outbox import OutboxState
from bot.domain.value import value


@value
class GroupPost:
    """Something to say in a group; `size` counts those it speaks to."""

    id: int
    key: str
    group: Identity
    topic: str
    template: str
    created_at: datetime
    expires_at: datetime
    size: int = 1
    context: dict[str, object] = field(default_factory=dict)


@value
class Said:
    """What was said in the group lately, or is being said: its topic and when."""

    topic: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Manners:
    """How we behave in groups: the allowance of the route, the night, and the topics' cool-down."""

    zone: ZoneInfo
    quiet: QuietHours | None = None
    allowance: Quota | None = None
    cool_down: timedelta = timedelta(minutes=10)

    def since(self, now: datetime) -> datetime:
        """Return from when on what was said counts."""
        counted = now - self.cool_down
        if self.allowance is None:
            return counted
        per = self.allowance.per
        return min(counted, now - per if isinstance(per, timedelta) else month_start(now, self.zone))


def verdict(post: GroupPost, said: Sequence[Said], manners: Manners, now: datetime) -> Hold | Drop | None:
    """Return what keeps it from being said now, None when nothing does."""
    if now >= post.expires_at:
        return Drop(Reason.EXPIRED, OutboxState.EXPIRED)
    rested = max((one.at + manners.cool_down for one in said if one.topic == post.topic), default=now)
    if rested > now:
        return _held(post, Reason.COOLING, rested)
    dawn = quiet_until(manners.quiet, now, manners.zone) if manners.quiet is not None else None
    if dawn is not None:
        return _held(post, Reason.QUIET_HOURS, dawn)
    free = _free_at(said, manners, now)
    return _held(post, Reason.QUOTA, free) if free is not None else None


def _held(post: GroupPost, reason: str, until: datetime) -> Hold | Drop:
    """Hold it until then; what would have expired by then has no use."""
    return Hold(reason, until) if until < post.expires_at else Drop(reason)


def _free_at(said: Sequence[Said], manners: Manners, now: datetime) -> datetime | None:
    """Return when the allowance gives the next place, None when it has one."""
    quota = manners.allowance
    if quota is None:
        return None
    if isinstance(quota.per, timedelta):
        counted = sorted(one.at for one in said if one.at > now - quota.per)
        return counted[-quota.max] + quota.per if len(counted) >= quota.max else None
    began = month_start(now, manners.zone)
    return next_month(now, manners.zone) if sum(one.at >= began for one in said) >= quota.max else None
