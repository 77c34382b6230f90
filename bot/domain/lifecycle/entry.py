"""How a member gets into a rule: the base of every entry kind, and what an entry is told."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.conditions import Condition
from bot.domain.events import InboundEvent, Scalar
from bot.domain.members import Member
from bot.domain.value import value


@value
class Occasion:
    """A reason to enter a rule once: `key` tells it from other occasions of the same member."""

    key: str = ""
    context: Mapping[str, Scalar] = field(default_factory=dict)


@value
class Change:
    """What is new about a member at this look.

    `event` is what happened, if anything; `stage` the stage just reached; `entered` and `left` the
    watched segments whose edge was crossed; `since` the moment from which dates were not looked at yet.
    """

    member: Member
    now: datetime
    zone: ZoneInfo
    event: InboundEvent | None = None
    stage: str = ""
    entered: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    since: datetime | None = None


class Entry:
    """The base of entry kinds; each kind is one file of `scheduler/rules`."""

    __slots__ = ()

    @property
    def hears(self) -> frozenset[str]:
        """Return the event kinds that may open this entry."""
        return frozenset()

    @property
    def watches(self) -> Mapping[str, Condition]:
        """Return the segments whose edges open this entry."""
        return {}

    @property
    def audience(self) -> Condition | None:
        """Return the condition of those who are inside already, None when only a moment can open it."""
        return None

    @property
    def has_key(self) -> bool:
        """Return whether occasions of this entry are told apart by a key."""
        return False

    @property
    def by_time(self) -> bool:
        """Return whether time alone may open this entry."""
        return False

    def occasions(self, change: Change) -> tuple[Occasion, ...]:
        """Return the occasions that this change brings."""
        raise NotImplementedError

    def next_at(self, member: Member, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the first moment after `now` at which time alone opens this entry."""
        del member, now, zone
        return None
