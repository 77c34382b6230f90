"""A member as the pure part sees them: a frozen snapshot that folds what happens."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.events import OWN_ACTS, Scalar
from bot.domain.lifecycle.enrollment import Enrollment, PastRuns
from bot.domain.value import value


@value
class Tag:
    """A tag on a member: who or what put it there, when, and until when."""

    name: str
    source: str
    at: datetime
    expires_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Return whether the tag has not expired at `now`."""
        return self.expires_at is None or now < self.expires_at


@value
class Tally:
    """Profile numbers of one kind of event: count, first and last time, sum of money (minor units)."""

    count: int
    first_at: datetime
    last_at: datetime
    amount: int = 0

    def plus(self, at: datetime, amount: int) -> "Tally":
        """Return the tally with one more event, which may be older than the last."""
        return Tally(self.count + 1, min(self.first_at, at), max(self.last_at, at), self.amount + amount)


@value
class Consent:
    """The member's last word on a purpose."""

    granted: bool
    at: datetime
    basis: str = ""


@value
class Link:
    """The member's tie to one of our accounts: their address there and whether they follow."""

    account: str
    address: str
    following: bool
    since: datetime


@value
class Rfm:
    """Nightly scores, 1 to 5, 5 best."""

    recency: int
    frequency: int
    monetary: int


@value
class Holding:
    """The newest coupon a member has of one batch."""

    batch: str
    state: str
    at: datetime
    expires_at: datetime | None = None
    code: str = ""


@value
class Member:
    """Everything the rules may know of one member at one moment.

    `moments` holds, newest first, the times of the event kinds some rule counts within a window;
    `memberships` the segments that rules enter by; `groups` the groups the member is in now, name by
    address (only read where something asks for them); `past` finished runs per rule; `runs` live ones and
    those whose goal still counts. `review_at` is when a condition could next turn by itself.
    `repeats_at` is when the member did before what they did last; None when that was the first time.
    A member that does not exist yet has id 0 until stored.
    """

    id: int
    known_since: datetime
    stage: str = ""
    stage_since: datetime | None = None
    name: str | None = None
    zone: str | None = None
    birthday: str | None = None
    source: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    tags: Mapping[str, Tag] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    moments: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    consents: Mapping[str, Consent] = field(default_factory=dict)
    suppressed: Mapping[str, datetime] = field(default_factory=dict)
    memberships: frozenset[str] = frozenset()
    groups: Mapping[str, str] = field(default_factory=dict)
    rfm: Rfm | None = None
    links: tuple[Link, ...] = ()
    holdings: Mapping[str, Holding] = field(default_factory=dict)
    runs: tuple[Enrollment, ...] = ()
    past: Mapping[str, PastRuns] = field(default_factory=dict)
    repeats_at: datetime | None = None
    review_at: datetime | None = None

    @property
    def last_active_at(self) -> datetime | None:
        """Return when the member last did anything by their own will, None if never."""
        own = [tally.last_at for kind, tally in self.tallies.items() if kind in OWN_ACTS]
        return max(own, default=None)

    @property
    def unfollowed(self) -> bool:
        """Return whether the member had links and follows through none of them."""
        return bool(self.links) and not any(link.following for link in self.links)

    @property
    def concerned(self) -> tuple[Enrollment, ...]:
        """Return the runs that an event of the member may concern: all, but see `bot.domain.glance`."""
        return self.runs

    def in_group(self, name: str) -> bool:
        """Return whether the member is in a group of this name or address."""
        return name in self.groups or name in self.groups.values()

    def consented(self, purpose: str) -> bool:
        """Return whether a live grant for `purpose` stands."""
        consent = self.consents.get(purpose)
        return consent is not None and consent.granted

    def did(self, kind: str, at: datetime, amount: int = 0) -> "Member":
        """Return the member after one more event: tallies and moments follow."""
        old = self.tallies.get(kind)
        tally = old.plus(at, amount) if old else Tally(1, at, at, amount)
        moments = self.moments
        if kind in moments:
            times = sorted((at, *moments[kind]), reverse=True)
            moments = {**moments, kind: tuple(times)}
        # Every event passes here; `dataclasses.replace` would take three times as long.
        return Member(
            id=self.id,
            known_since=self.known_since,
            stage=self.stage,
            stage_since=self.stage_since,
            name=self.name,
            zone=self.zone,
            birthday=self.birthday,
            source=self.source,
            attributes=self.attributes,
            tags=self.tags,
            tallies={**self.tallies, kind: tally},
            moments=moments,
            consents=self.consents,
            suppressed=self.suppressed,
            memberships=self.memberships,
            groups=self.groups,
            rfm=self.rfm,
            links=self.links,
            holdings=self.holdings,
            runs=self.runs,
            past=self.past,
            repeats_at=old.last_at if old else None,
            review_at=self.review_at,
        )
