"""What shall be done: decisions as data.

Handlers and rules return effects; `bot.domain.folding.fold` shows the next event their outcome and
`storage.effects.apply` carries them out, all in the event's own transaction. Every effect names its
member by id and its moment, so that applying is mechanical.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.content import Content
from bot.domain.events import Scalar
from bot.domain.lifecycle.enrollment import Enrollment, Passed
from bot.domain.outbox import OutboxMessage


@dataclass(frozen=True, slots=True)
class AddTag:
    """Put a tag on the member; a tag already there keeps its first time and gets the later expiry."""

    member_id: int
    name: str
    source: str
    at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoveTag:
    """Take a tag off the member."""

    member_id: int
    name: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SetStage:
    """Move the member to another stage; the change becomes history."""

    member_id: int
    stage: str
    was: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SetMembership:
    """Note that the member entered or left a segment that rules watch."""

    member_id: int
    segment: str
    inside: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SetReview:
    """Look at the member again at this time: the first at which a condition could change by itself."""

    member_id: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SetAttributes:
    """Set attributes; None deletes one. `name`, `zone`, `birthday` and `source` are columns of their own."""

    member_id: int
    values: Mapping[str, Scalar]
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SetConsent:
    """Record a grant or a withdrawal with its proof."""

    member_id: int
    purpose: str
    granted: bool
    basis: str
    proof: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Suppress:
    """Send the member nothing of this purpose until then."""

    member_id: int
    purpose: str
    until: datetime
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SetFollowing:
    """The member follows, or stopped following, through this account."""

    member_id: int
    account: str
    following: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A route opened for the member: at least `allowance` sends until at least `expires_at`."""

    member_id: int
    route: str
    allowance: int
    opened_by: str
    opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EarnGrant:
    """The member accepted (+1) or refused (all gone) a subscription template."""

    member_id: int
    route: str
    template: str
    accepted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Enroll:
    """Start a run; storing the same enrollment id again does nothing. `trail` is what it passed already."""

    enrollment: Enrollment
    trail: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveEnrollment:
    """Replace a run by its next state, unless somebody moved it since (`was_step`, `was_began_at`)."""

    enrollment: Enrollment
    was_step: str
    was_began_at: datetime
    trail: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """Put a message into the outbox; the same key again does nothing."""

    message: OutboxMessage


@dataclass(frozen=True, slots=True)
class CancelMessages:
    """Cancel what still waits in the outbox for this member (of one enrollment, or of one purpose)."""

    member_id: int
    reason: str
    at: datetime
    enrollment_id: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer this very callback. One per callback; the lowest `rank` wins, see `bot.domain.replies`."""

    member_id: int
    rank: int
    content: Content | None = None
    template: str = ""
    purpose: str = "service"
    context: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handoff:
    """Ask a person of this queue to look at the member before `due_at`."""

    member_id: int
    queue: str
    note: str
    key: str
    at: datetime
    due_at: datetime | None
    context: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueCoupon:
    """Give the member a coupon of this batch; `key` makes repeating harmless.

    `promised_by` (rule, step) asks storage to check that this message was sent to the member, within
    `lasts` before now; without it nothing is asked.
    """

    member_id: int
    batch: str
    basis: str
    key: str
    at: datetime
    promised_by: tuple[str, str] | None = None
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RedeemCoupon:
    """The shop took this code for an order; a code that is not issued changes nothing."""

    member_id: int
    code: str
    order_id: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class BindOperator:
    """Make an operator of whoever said a one-time code through this account; only within an `Attempt`.

    It fails as ``wrong`` (unknown, used, of another account or too old) or ``throttled``.
    """

    member_id: int
    code: str = field(repr=False)
    known_as: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """An action whose outcome decides what is said; storage resolves it inside the transaction.

    `action` is done; on success the effects of `ok` follow, else those filed under the failure's
    reason (``sold_out``, ``limit``, ``expired``, ``closed``), else those under ``otherwise``.
    """

    action: IssueCoupon | BindOperator
    ok: tuple["Effect", ...]
    failed: Mapping[str, tuple["Effect", ...]]


@dataclass(frozen=True, slots=True)
class Emit:
    """Something happened because of us or was understood from an event: it becomes an event too."""

    member_id: int
    kind: str
    key: str
    at: datetime
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    amount: int = 0


@dataclass(frozen=True, slots=True)
class EraseMember:
    """Forget what came through this account; see `privacy.unfollowed` in the configuration."""

    member_id: int
    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform reported what became of an earlier send."""

    account: str
    platform_id: str
    delivered: bool
    detail: str
    at: datetime


Effect = (
    AddTag | RemoveTag | SetStage | SetMembership | SetReview | SetAttributes | SetConsent | Suppress
    | SetFollowing | OpenWindow | EarnGrant | Enroll | MoveEnrollment | QueueMessage | CancelMessages
    | Reply | Handoff | IssueCoupon | RedeemCoupon | Attempt | Emit | EraseMember | Receipt
)  # fmt: skip
