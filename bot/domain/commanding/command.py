"""What a command is: a pure function from a line to an answer, a question for the database, or an order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.activities import Activities
from bot.domain.commanding.apart import Foretell, Reload, no_forecast
from bot.domain.commanding.circle import Names
from bot.domain.commanding.lines import Line
from bot.domain.commanding.persons import Profile
from bot.domain.commanding.plans import Limits
from bot.domain.commanding.saying import Drawing, Refused, Said, say
from bot.domain.commanding.times import Heard, Understand
from bot.domain.conditions import Condition
from bot.domain.coupons import CouponBatch
from bot.domain.delivery.windows import Openings
from bot.domain.identity import Identity
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.value import value


class Level(IntEnum):
    """How much a command can do: read, small and undoable, outward after a preview, heavy."""

    READ = 0
    LOCAL = 1
    OUTWARD = 2
    HEAVY = 3


@value
class Operator:
    """Who commands: by the identity the platform authenticated, with what their role lets them do."""

    known_as: Identity
    name: str
    role: str
    permissions: frozenset[str]
    member_id: int = 0

    @property
    def signed(self) -> str:
        """Return the name others are told."""
        return self.name or self.role


@value
class House:
    """What of the configuration commands may name: everything by its name, with a word of what it is.

    `upcoming` gives the campaigns' firings between two moments, `foretell` a forecast, `preview` a campaign's
    words for a member, `reload` reads the file again where there is one.
    `stages` goes from every name a stage has to its own; `replies` from an account to the routes by which
    somebody who writes to it can be answered later; `basis` is the ground of a coupon that an operator gives.
    `book` holds the rules themselves, `doors` which events open which routes.
    Through `doubtful` accounts nothing that costs money can be ordered; `pictured` ones take pictures.
    """

    zone: ZoneInfo
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    coupons: Mapping[str, CouponBatch] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, Condition] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    replies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    queues: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    activities: Activities = field(default_factory=Activities)
    book: Rulebook = field(default_factory=lambda: Rulebook({}))
    doors: Openings = field(default_factory=dict)
    test_members: tuple[str, ...] = ()
    doubtful: frozenset[str] = frozenset()
    pictured: frozenset[str] = frozenset()
    basis: str = ""
    forbidden: frozenset[str] = frozenset()
    upcoming: Callable[[datetime, datetime], Sequence[tuple[datetime, str]]] = lambda _since, _until: ()
    foretell: Foretell = no_forecast
    reload: Reload | None = None
    preview: Callable[[Campaign, Profile, datetime], str] = lambda _campaign, _profile, _now: ""
    echo: Callable[[datetime], Said] = lambda at: Said(plain=at.isoformat())
    understand: Understand = lambda _text, _now: Heard(None, say("time_unknown"))
    limits: Limits = Limits()


@value
class Asked:
    """What a command is given: the line, who wrote it, when, and what they may name.

    `key` is the callback's own, the same when a platform repeats it. `commands` are all there are, for help.
    """

    line: Line
    by: Operator
    now: datetime
    key: str
    house: House
    names: Names
    commands: Sequence["Command"] = ()


@value
class Query:
    """A question for the database, answered outside every transaction that writes.

    `picture` makes of the finding what is to be drawn and sent after the words.
    """

    ask: Any
    answer: Callable[[Any], Said]
    picture: Callable[[Any], Drawing] | None = None


@value
class Order:
    """Something to be done, in the transaction that stores the line; `answer` words what came of it."""

    act: Any
    answer: Callable[[Any], Said]
    target: str = ""


Outcome = Said | Query | Order


@value
class Command:
    """One command: its name, its English alias, other names, what it can do and whom it is for.

    `permission` is one of the roles' words: ``read``, ``tag``, ``send``, ``approve``, ``settings``. The
    catalogue says under ``use_`` and `alias` how it is written and under ``does_`` what it does.
    """

    name: str
    alias: str
    level: Level
    permission: str
    run: Callable[[Asked], Outcome]
    others: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return every word it is called by."""
        return (self.name, self.alias, *self.others)


def wrong(name: str, alias: str, /, **values: object) -> Refused:
    """Return a refusal: what is wrong, and one line to copy for the command of this alias."""
    return Refused(say(name, **values) + say("copy", line=say(f"use_{alias}")))


__all__ = ["Asked", "Command", "House", "Level", "Operator", "Order", "Outcome", "Query", "Refused", "wrong"]
