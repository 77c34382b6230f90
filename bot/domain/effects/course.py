"""Effects on a member's runs and on what is said to them."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.content import Content
from bot.domain.events import Scalar
from bot.domain.lifecycle.enrollment import Enrollment, Passed
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value


@value
class OpenWindow:
    """A route opened for the member: at least `allowance` sends until at least `expires_at`."""

    member_id: int
    route: str
    allowance: int
    opened_by: str
    opened_at: datetime
    expires_at: datetime


@value
class EarnGrant:
    """The member accepted (+1) or refused (all gone) a subscription template."""

    member_id: int
    route: str
    template: str
    accepted: bool
    at: datetime


@value
class Enroll:
    """Start a run; storing the same enrollment id again does nothing. `trail` is what it passed already."""

    enrollment: Enrollment
    trail: tuple[Passed, ...] = ()


@value
class MoveEnrollment:
    """Replace a run by its next state, unless somebody moved it since (`was_step`, `was_began_at`)."""

    enrollment: Enrollment
    was_step: str
    was_began_at: datetime
    trail: tuple[Passed, ...] = ()


@value
class QueueMessage:
    """Put a message into the outbox; the same key again does nothing."""

    message: OutboxMessage


@value
class CancelMessages:
    """Cancel what still waits in the outbox for this member (of one enrollment, or of one purpose)."""

    member_id: int
    reason: str
    at: datetime
    enrollment_id: str = ""
    purpose: str = ""


@value
class Reply:
    """Answer this very callback. One per callback; the lowest `rank` wins, see `bot.domain.replies`."""

    member_id: int
    rank: int
    content: Content | None = None
    template: str = ""
    purpose: str = "service"
    context: Mapping[str, Scalar] = field(default_factory=dict)


@value
class Handoff:
    """Ask a person of this queue to look at the member before `due_at`."""

    member_id: int
    queue: str
    note: str
    key: str
    at: datetime
    due_at: datetime | None
    context: Mapping[str, Scalar] = field(default_factory=dict)


@value
class Receipt:
    """The platform reported what became of an earlier send."""

    account: str
    platform_id: str
    delivered: bool
    detail: str
    at: datetime


@value
class Emit:
    """Something happened because of us or was understood from an event: it becomes an event too."""

    member_id: int
    kind: str
    key: str
    at: datetime
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    amount: int = 0
