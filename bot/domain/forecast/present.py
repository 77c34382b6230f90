"""How everything stands at the moment a forecast starts from."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.delivery.policy import ProgramGate
from bot.domain.delivery.world import Allowance, Counted
from bot.domain.members import Member
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value


@value
class Waiting:
    """A message that has not left: when it is looked at next, what held it last and until when."""

    message: OutboxMessage
    due_at: datetime
    waiting: bool
    reason: str = ""
    reason_until: datetime | None = None


@value
class Place:
    """A member with everything the gates ask besides: windows and grants, counted sends, what waits.

    `promised` says when the message of a (rule, step) that a keyword claims was last sent, `seen` what they
    were shown of the library, `asked` by which message they were last asked by each survey, and when.
    """

    member: Member
    allowances: Mapping[tuple[str, str], Allowance] = field(default_factory=dict)
    counted: tuple[Counted, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    promised: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    had: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    asked: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)


@value
class Stock:
    """A batch of coupons: how many there are in all and how many were taken."""

    stock: int
    taken: int


@value
class Present:
    """The whole state; `failing` is the share of calls by each route that platforms refused for good.

    `plans` are what operators' plans demand of their messages, `last_id` the newest member's number.
    """

    now: datetime
    places: tuple[Place, ...]
    stocks: Mapping[str, Stock]
    switches: Mapping[str, str]
    failing: Mapping[str, float]
    plans: Mapping[str, ProgramGate]
    last_id: int
    members: int
