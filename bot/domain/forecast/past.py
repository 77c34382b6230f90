"""What history tells of members, as behaviour is drawn from it."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from bot.domain.events import Scalar
from bot.domain.value import value


@value
class Deed:
    """Something a member did or a shop told of them, to be done again by somebody else; `amount` in 分."""

    kind: str
    account: str
    text: str = ""
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    amount: int = 0
    traits: Mapping[str, Scalar] = field(default_factory=dict)


# What somebody did in a piece of time, each with how long after its beginning.
Piece = tuple[tuple[timedelta, Deed], ...]


@value
class Pushed:
    """A message that reached the member unasked: of which program and step, for what, with which offer."""

    at: datetime
    program: str
    step: str
    purpose: str
    offers: bool = False
    keyword: str = ""


@value
class Used:
    """A coupon whose end is known: of which batch, and when and how it was used; `after` None: never."""

    batch: str
    after: timedelta | None
    piece: Piece = ()


@value
class Past:
    """One member's part of history, oldest first.

    `arrived` says whether they came by themselves within it (and were not imported). `left_at` is when
    they were forgotten. `traits` are what a shop's system told of them.
    """

    member_id: int
    known_since: datetime
    arrived: bool
    deeds: tuple[tuple[datetime, Deed], ...] = ()
    stages: tuple[tuple[datetime, str], ...] = ()
    pushes: tuple[Pushed, ...] = ()
    used: tuple[Used, ...] = ()
    left_at: datetime | None = None
    traits: Mapping[str, Scalar] = field(default_factory=dict)


@value
class Record:
    """What history tells: between which moments, of whom, and how many came on each of its days."""

    since: datetime
    until: datetime
    pasts: tuple[Past, ...]
    arrivals: tuple[int, ...]
