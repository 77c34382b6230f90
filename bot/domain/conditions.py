"""The condition tree: one shape, two evaluators.

A condition is built once from `config.yaml`. `bot.domain.predicate.holds` answers it for one
member in memory; `storage.conditions.where` compiles the same tree to SQL. A property test holds
the two equal. Leaves name facts a member's profile keeps, so both are cheap.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.domain.events import Scalar

Operator = Literal[">=", ">", "<=", "<", "==", "!="]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`>= 3`: an operator and the number on its right."""

    operator: Operator
    value: float

    def holds(self, left: float) -> bool:
        """Return whether `left` stands in this relation."""
        match self.operator:
            case ">=":
                return left >= self.value
            case ">":
                return left > self.value
            case "<=":
                return left <= self.value
            case "<":
                return left < self.value
            case "==":
                return left == self.value
            case "!=":
                return left != self.value


AT_LEAST_ONCE = Comparison(">=", 1)


@dataclass(frozen=True, slots=True)
class Always:
    """Holds for everybody; written `{}`."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; an empty list holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; an empty list does not."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Did:
    """The member did `kind` (or ``any`` own act) `count` times, `within` a time up to now.

    The window is half open: an event exactly `within` ago no longer counts. Facts are as of now, see
    `bot.domain.counting`.
    """

    kind: str
    count: Comparison = AT_LEAST_ONCE
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """The member's own rhythm is broken: since they last did `kind` more than `times` their mean gap went by.

    Who did it fewer than `least` times has no rhythm yet. Whole seconds count, see `bot.domain.rhythm`.
    """

    kind: str
    times: float = 1.5
    least: int = 3


@dataclass(frozen=True, slots=True)
class InSegment:
    """The member satisfies the named segment, whose tree stands here resolved."""

    name: str
    tree: "Condition"


@dataclass(frozen=True, slots=True)
class Tagged:
    """The member carries the tag and it has not expired."""

    name: str


@dataclass(frozen=True, slots=True)
class StageIs:
    """The member's stored stage is one of these."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RfmIs:
    """Every given nightly RFM score (1 to 5, 5 best) stands in its relation; no score yet: false."""

    recency: Comparison | None = None
    frequency: Comparison | None = None
    monetary: Comparison | None = None


@dataclass(frozen=True, slots=True)
class KnownFor:
    """The time since we first met the member, in seconds, stands in this relation."""

    seconds: Comparison


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """Whether the member follows none of our official accounts any more."""

    value: bool


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """A member attribute compared with a value; a missing attribute equals only null.

    Numbers compare as numbers, strings as strings; different types are never equal and an ordering
    between them is false.
    """

    name: str
    operator: Operator
    value: Scalar


@dataclass(frozen=True, slots=True)
class AttributeIn:
    """A member attribute is one of these values."""

    name: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class EventIs:
    """A property of the event that started the enrollment, compared with a value."""

    name: str
    operator: Operator
    value: Scalar


@dataclass(frozen=True, slots=True)
class CouponIs:
    """The member's newest coupon of this batch is in this state."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class InGroup:
    """The member is in a group of this name, or of this address (``account:chat``), now."""

    name: str


Condition = (
    Always | AllOf | AnyOf | Not | Did | Overdue | InSegment | Tagged | StageIs | RfmIs | KnownFor
    | Unfollowed | AttributeIs | AttributeIn | EventIs | CouponIs | InGroup
)  # fmt: skip
