"""A message on its way: the unit of the ledger of deliveries."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from bot.domain.events import Scalar
from bot.domain.value import value


class OutboxState(StrEnum):
    """Where a message stands; the last five are final."""

    QUEUED = "queued"  # waits for its due time
    WAITING = "waiting"  # waits for a window to open; an opened window wakes it
    SENDING = "sending"  # claimed by a runner, a call may be under way
    SENT = "sent"  # the platform accepted it
    FAILED = "failed"  # the platform refused it for good
    SKIPPED = "skipped"  # a gate dropped it
    EXPIRED = "expired"  # its time passed
    UNKNOWN = "unknown"  # the call's outcome is not known and no key makes a resend harmless


FINAL = frozenset({
    OutboxState.SENT, OutboxState.FAILED, OutboxState.SKIPPED, OutboxState.EXPIRED, OutboxState.UNKNOWN,
})  # fmt: skip


class Unreachable(StrEnum):
    """What to do when no route of `via` is open."""

    SKIP = "skip"  # give up
    WAIT = "wait_for_window"  # wait until one opens or the message expires
    HANDOFF = "handoff"  # give up and ask a person


@value
class CouponOrder:
    """The coupon a message brings: its batch, the published basis, and the claim keyword if any."""

    batch: str
    basis: str = ""
    claim_keyword: str = ""
    claim_until: datetime | None = None


@value
class OutboxMessage:
    """One message to one member.

    `key` is unique for ever: it names the enrollment, step and round, or the campaign and date, so
    queuing twice is harmless. `via` are route names in order of preference. `is_answer` is true only
    when this very callback made it (exempt from quiet hours and caps). `caused_by` is the event key.
    """

    key: str
    member_id: int
    template: str
    purpose: str
    via: tuple[str, ...]
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    priority: int = 50
    rule: str = ""
    step: str = ""
    campaign: str = ""
    enrollment_id: str = ""
    unreachable: Unreachable = Unreachable.SKIP
    coupon: CouponOrder | None = None
    platform_template: str = ""
    context: Mapping[str, Scalar] = field(default_factory=dict)
    is_answer: bool = False
    caused_by: str = ""
