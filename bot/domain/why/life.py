"""Everything that history keeps of one member, as `storage.lives` reads it; oldest first throughout."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.events import Scalar
from bot.domain.lifecycle.enrollment import Enrollment, Passed
from bot.domain.members import Member
from bot.domain.outbox import OutboxState
from bot.domain.value import value


@value
class Happening:
    """One event: when it happened, and when we came to know of it, which is when it was decided on."""

    kind: str
    at: datetime
    received_at: datetime
    account: str = ""
    key: str = ""
    amount: int = 0
    properties: Mapping[str, Scalar] = field(default_factory=dict)


@value
class Edge:
    """The member came into a segment, or left it."""

    segment: str
    inside: bool
    at: datetime


@value
class Score:
    """The nightly scores became these."""

    at: datetime
    recency: int
    frequency: int
    monetary: int


@value
class Stay:
    """The member was in a group from then until then; None: still is."""

    group: str
    name: str
    since: datetime
    until: datetime | None = None


@value
class Given:
    """A coupon: when it became the member's, was used, and runs out."""

    batch: str
    state: str
    issued_at: datetime
    redeemed_at: datetime | None = None
    expires_at: datetime | None = None


@value
class Gated:
    """What the gates said of a message at one moment, and until when."""

    at: datetime
    verdict: str
    reason: str
    until: datetime | None = None


@value
class Push:
    """A message as the ledger has it, with all that the gates said of it."""

    id: int
    key: str
    rule: str
    step: str
    campaign: str
    run: str
    template: str
    purpose: str
    state: OutboxState
    created_at: datetime
    expires_at: datetime
    reason: str = ""
    until: datetime | None = None
    route: str = ""
    text: str = ""
    detail: str = ""
    finished_at: datetime | None = None
    gates: tuple[Gated, ...] = ()


@value
class Life:
    """One member: as they are now, and all that led there.

    `runs` are all runs, ended ones too, with their `trails` by id. `working` says for each rule from when
    on it worked or rested.
    """

    member: Member
    happenings: tuple[Happening, ...] = ()
    edges: tuple[Edge, ...] = ()
    scores: tuple[Score, ...] = ()
    stays: tuple[Stay, ...] = ()
    given: tuple[Given, ...] = ()
    runs: tuple[Enrollment, ...] = ()
    trails: Mapping[str, tuple[Passed, ...]] = field(default_factory=dict)
    pushes: tuple[Push, ...] = ()
    working: Mapping[str, tuple[tuple[datetime, bool], ...]] = field(default_factory=dict)
