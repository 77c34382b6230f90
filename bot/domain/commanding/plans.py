"""Plans: what goes out to many, shown first, confirmed by its code, and taken back as far as it can be."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from bot.domain.conditions import Condition
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value

SEND, TAGS, RELEASE = "send", "tags", "release"


@value
class Limits:
    """When a plan is heavy: from how many people or how much money a second person must agree, and times."""

    lasts: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(seconds=60)
    second_members: int | None = None
    second_cost: int | None = None
    # From here on the number of people must be typed.
    typed_members: int = 500
    typed_share: float = 0.2


@value
class Plan:
    """What an operator wants: a message to a circle, tags on a circle, or a brake let go.

    `message` is as everybody gets it, without a member; it may leave `lasts` from its start. `cost` is the
    most one message can cost, in minor units (分). `version` is of the campaign as it was shown.
    """

    kind: str
    name: str
    text: str
    tree: Condition
    message: OutboxMessage | None = None
    lasts: timedelta = timedelta(days=3)
    start: datetime | None = None
    cost: int = 0
    version: str = ""
    tags: tuple[str, ...] = ()
    add: bool = True


@value
class Propose:
    """Work a plan out and show it."""

    plan: Plan
    limits: Limits


@value
class Confirm:
    """Do what a code stands for; `typed` is the number of people, `versions` the campaigns' present ones."""

    code: str
    typed: int | None
    versions: Mapping[str, str]
    limits: Limits


@value
class Approve:
    """A second person agrees."""

    code: str
    versions: Mapping[str, str]
    limits: Limits


@value
class Cancel:
    """Drop what was shown and not confirmed; the newest of the operator's own without a code."""

    code: str


@value
class Reschedule:
    """Move a confirmed plan that has not begun."""

    code: str
    start: datetime


@value
class Card:
    """A plan worked out: how many people, how they would be reached now, what it may cost, what it needs."""

    code: str
    plan: Plan
    size: int
    reach: Mapping[str, int] = field(default_factory=dict)
    sampled: int = 0
    start: datetime | None = None
    cost: int = 0
    typed: bool = False
    second: bool = False
    moved_from: int | None = None
    examples: tuple[int, ...] = ()
