"""Who is meant, and what operators see of one member."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bot.domain.value import value
from bot.domain.why.life import Life


@value
class AskWho:
    """The members somebody's words may mean, at most a few; `history` events of each are wanted."""

    name: str
    history: int = 0


@value
class AskLife:
    """Everything history keeps of the one member somebody's words may mean."""

    name: str


@value
class Found:
    """The life of the one who is meant; else those who may be, with their masked phones."""

    life: Life | None = None
    several: tuple[tuple[int, str], ...] = ()


@value
class Profile:
    """One member as an operator sees them: nothing unmasked.

    `origins` says of each tag who or what put it there, `groups` since when and how they came into each,
    `ties` through which of our accounts we know them.
    """

    member_id: int
    name: str | None
    phone: str
    stage: str
    stage_since: datetime | None
    known_since: datetime
    source: str | None
    following: bool
    tags: tuple[str, ...]
    consents: Mapping[str, bool]
    orders: int
    amount: int
    last_active_at: datetime | None
    coupons: int
    notes: tuple[str, ...]
    runs: tuple[str, ...]
    birthday: str | None = None
    history: tuple[tuple[datetime, str, str], ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[tuple[str, datetime, str], ...] = ()
    ties: tuple[str, ...] = ()
