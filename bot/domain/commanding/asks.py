"""What commands ask the database, and what it finds; worded by the command that asked."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.conditions import Condition
from bot.domain.value import value


@value
class AskStatus:
    """How the house stands now."""


@value
class Status:
    """Brakes and switches that are on, open alerts, messages by state, and what leaves next."""

    on: Mapping[str, str]
    alerts: tuple[tuple[str, str], ...]
    states: Mapping[str, int]
    next_at: datetime | None
    tokens: Mapping[str, datetime]
    cases: int


@value
class AskToday:
    """What happened since `start`, in the span before it of the same length so far, and day by day.

    `first` is when the days to be drawn begin; days are those of `zone`.
    """

    start: datetime
    before: datetime
    now: datetime
    first: datetime
    zone: ZoneInfo


@value
class Today:
    """Counts by what they count, now and then: followed, left, active, orders, amount (分), sent, refused.

    `topics` are what groups talk about today, each with how many people.
    """

    now: Mapping[str, int]
    then: Mapping[str, int]
    days: tuple[tuple[date, Mapping[str, int]], ...] = ()
    topics: tuple[tuple[str, int], ...] = ()


@value
class AskCircle:
    """How many are in a circle, who for example, and how they could be reached now."""

    tree: Condition
    text: str = ""


@value
class Circle:
    """People in a circle: all, of them following, with marketing consent, with an open window; examples."""

    size: int
    following: int
    consented: int
    open_now: int
    examples: tuple[int, ...]


@value
class AskPlans:
    """What operators confirmed that has not begun, until a moment."""

    until: datetime


@value
class Planned:
    """One of these: its code, what it is, for how many people, when, and who ordered it."""

    code: str
    name: str
    size: int
    at: datetime
    by: str


@value
class AskCases:
    """Hand-offs that are not closed."""


@value
class Case:
    """One hand-off: its short name, whose, which queue, what was said, since when, who took it."""

    short: str
    member_id: int
    queue: str
    note: str
    said: str
    at: datetime
    due_at: datetime | None
    taken_by: str


@value
class AskCoupon:
    """What became of a code, or how a batch stands."""

    name: str


@value
class CouponFound:
    """A code: batch, state, whose, moments; or a batch: stock, taken, issued, redeemed."""

    batch: str
    code: str = ""
    state: str = ""
    member_id: int | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    redeemed_at: datetime | None = None
    stock: int = 0
    taken: int = 0
    issued: int = 0
    redeemed: int = 0


@value
class AskQuota:
    """What the platforms still allow."""

    month: datetime


@value
class Quota:
    """Open windows by route, grants by template, mass sends of the month, accounts at rest until when."""

    windows: Mapping[str, int]
    grants: Mapping[str, int]
    mass: int
    rests: Mapping[str, datetime]


@value
class AskPrograms:
    """How rules and campaigns stand."""

    name: str = ""


@value
class Programs:
    """Runs by rule, what is paused, messages of one program by state, activities switched by hand."""

    running: Mapping[str, int]
    paused: frozenset[str]
    states: Mapping[str, int] = field(default_factory=dict)
    switched: Mapping[str, str] = field(default_factory=dict)
