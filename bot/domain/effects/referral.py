"""Effects on who brought whom."""

from dataclasses import field
from datetime import datetime

from bot.domain.activities import Referral
from bot.domain.activities.terms import Crowd
from bot.domain.value import value


@value
class Invite:
    """Give the member a code of their own to invite by; only within an `Attempt`.

    It fails as ``making`` while the platform still has to make it. The facts: how many came by it so far
    (``came``), how many of those ordered (``ordered``), and the ``url`` in the code.
    """

    member_id: int
    account: str
    key: str
    at: datetime


@value
class NoteReferral:
    """A newcomer followed by somebody's code; only within an `Attempt`.

    It fails as ``unknown`` (nobody's code), ``self``, ``known`` (no newcomer, or one who was here before),
    ``again`` (somebody else brought them), ``ring``, or ``limit``.
    """

    member_id: int
    scene: str
    activity: Referral
    first: bool
    key: str
    at: datetime


@value
class QualifyReferral:
    """The newcomer ordered for the first time; only within an `Attempt`.

    It fails as ``unknown`` where nobody brought them, or as ``held`` where it looks like abuse.
    """

    member_id: int
    order_id: str
    payer: str
    key: str
    at: datetime
    crowd: Crowd = field(default_factory=Crowd)
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)


@value
class LeaveReferral:
    """The newcomer unfollowed; only within an `Attempt`.

    Whoever leaves within the hour is held if they counted already, and will be once they order; it fails
    as ``unknown`` for anybody else.
    """

    member_id: int
    key: str
    at: datetime


@value
class RefundReferral:
    """An order was paid back: what it earned whoever brought the member is taken back."""

    member_id: int
    order_id: str
    key: str
    at: datetime
