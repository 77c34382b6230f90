"""What the operator allows: consent, caps, quiet hours, holdout, fairness, rates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from bot.domain.conditions import Condition
from bot.domain.delivery.routes import Rate, RouteRule

MARKETING = "marketing"
PERSONALISED = "personalised"
SERVICE = "service"
# What is silenced while a person of ours talks with a member: everything but answers.
AUTOMATION = "automation"


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """On what ground a purpose may be served.

    ``opt_in`` asks for a live grant; ``contract`` needs none, but a withdrawal still counts.
    `notice` is the message that answers a grant or a withdrawal. `fallback` ``generic`` (only for
    ``personalised``): who refused gets the variant that is the same for everybody.
    """

    purpose: str
    basis: Literal["opt_in", "contract"]
    grant_keywords: tuple[str, ...] = ()
    withdraw_keywords: tuple[str, ...] = ()
    notice: str = ""
    ask_again_after: timedelta | None = None
    fallback: Literal["", "generic"] = ""


@dataclass(frozen=True, slots=True)
class CapRule:
    """At most `max` messages of `purpose` per member in any rolling `per`."""

    purpose: str
    max: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Nothing is sent from `start` until `end` of the member's day; over midnight when start > end."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class GlobalHoldout:
    """`percent` of the members, chosen by a hash with `salt`, get no marketing at all."""

    percent: float
    salt: str


@dataclass(frozen=True, slots=True)
class Fairness:
    """Facts no offer may depend on, and the published bases an offer may have; see 大数据杀熟."""

    forbidden: frozenset[str] = frozenset()
    basis: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProgramGate:
    """What a rule or campaign demands again at the moment of sending.

    `filter` is the rule's filter or the campaign's audience, `exits` the conditions of `exit_on`,
    `whens` the `when` of each step by its id, `reads` the names of facts its conditions look at.
    """

    live: bool = True
    filter: Condition | None = None
    exits: tuple[Condition, ...] = ()
    whens: Mapping[str, Condition] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Everything the gates read besides the world.

    `programs` is keyed ``rule:winback`` or ``campaign:digest``; `rates` by account name; `zone` is the
    app's time zone name, used for months, batch times and members without a zone of their own;
    `unreachable_queue` is whom ``unreachable: handoff`` asks.
    """

    routes: Mapping[str, RouteRule]
    zone: str = "Asia/Shanghai"
    consent: Mapping[str, ConsentRule] = field(default_factory=dict)
    caps: tuple[CapRule, ...] = ()
    quiet: QuietHours | None = None
    holdout: GlobalHoldout | None = None
    fairness: Fairness = field(default_factory=Fairness)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    programs: Mapping[str, ProgramGate] = field(default_factory=dict)
    unreachable_queue: str = ""
