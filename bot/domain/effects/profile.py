"""Effects on what we know of a member."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.events import Scalar
from bot.domain.value import value


@value
class AddTag:
    """Put a tag on the member; a tag already there keeps its first time and gets the later expiry."""

    member_id: int
    name: str
    source: str
    at: datetime
    expires_at: datetime | None = None


@value
class RemoveTag:
    """Take a tag off the member."""

    member_id: int
    name: str
    source: str
    at: datetime


@value
class SetStage:
    """Move the member to another stage; the change becomes history."""

    member_id: int
    stage: str
    was: str
    at: datetime


@value
class SetMembership:
    """Note that the member entered or left a segment that rules watch."""

    member_id: int
    segment: str
    inside: bool
    at: datetime


@value
class SetReview:
    """Look at the member again at this time: the first at which a condition could change by itself."""

    member_id: int
    at: datetime | None


@value
class SetAttributes:
    """Set attributes; None deletes one. `name`, `zone`, `birthday` and `source` are columns of their own."""

    member_id: int
    values: Mapping[str, Scalar]
    source: str
    at: datetime


@value
class SetConsent:
    """Record a grant or a withdrawal with its proof."""

    member_id: int
    purpose: str
    granted: bool
    basis: str
    proof: str
    at: datetime


@value
class Suppress:
    """Send the member nothing of this purpose until then."""

    member_id: int
    purpose: str
    until: datetime
    reason: str
    at: datetime


@value
class EndSilence:
    """End a silence of this purpose before its time, and let go what it held."""

    member_id: int
    purpose: str
    at: datetime


@value
class TellPhone:
    """Somebody wrote a phone number and nothing else; see `storage.joining`."""

    member_id: int
    phone: str = field(repr=False)
    known_as: str
    at: datetime


@value
class SetFollowing:
    """The member follows, or stopped following, through this account."""

    member_id: int
    account: str
    following: bool
    at: datetime


@value
class EraseMember:
    """Forget what came through this account, without one everything; see `privacy.unfollowed`."""

    member_id: int
    account: str
    at: datetime


@value
class BindOperator:
    """Make an operator of whoever said a one-time code through this account; only within an `Attempt`.

    It fails as ``wrong`` (unknown, used, of another account or too old) or ``throttled``.
    """

    member_id: int
    code: str = field(repr=False)
    known_as: str
    name: str
    at: datetime
