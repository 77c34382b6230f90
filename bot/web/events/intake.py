"""What one request brings: events that can be stored, faults that were found, and where they stood."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.events import InboundEvent
from bot.domain.identity import Identity
from bot.web.events.identities import identity_of
from bot.web.events.shapes import moment_of
from bot.web.problems import Fault, unfit

WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Reading:
    """What events are read with.

    `delivery` is the signed id of the request and stands in for a missing messageId; `now` is when it
    came.
    """

    accounts: Collection[str]
    delivery: str
    now: datetime

    def who(self, text: str, path: str) -> Identity:
        """Return the identity written at `path`."""
        return identity_of(text, path, self.accounts)

    def when(self, text: str | None, path: str) -> datetime:
        """Return the moment written at `path`, never later than now."""
        if text is None:
            return self.now
        moment = moment_of(text)
        if moment is None:
            raise unfit("bad_time", path, "write the time as 2026-12-01T10:00:00+08:00, with its zone")
        return min(moment.astimezone(UTC), self.now)


@dataclass(slots=True)
class Found:
    """The events of a request by their index, and the faults of those that were refused.

    `paths` says where each stood in the body, for the faults found later.
    """

    events: dict[int, InboundEvent] = field(default_factory=dict)
    faults: dict[int, list[Fault]] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)

    def keep(self, index: int, path: str, event: InboundEvent | list[Fault]) -> None:
        """Keep an event, or what is wrong with it, seen from the top of the body."""
        self.paths[index] = path
        if isinstance(event, list):
            self.faults[index] = [fault.under(path) for fault in event]
        else:
            self.events[index] = event

    def refuse(self, index: int, fault: Fault) -> None:
        """Take back an event that was kept."""
        del self.events[index]
        self.faults[index] = [fault.under(self.paths[index])]

    def all_faults(self) -> list[Fault]:
        """Return every fault, in the order of the body."""
        return [fault for index in sorted(self.faults) for fault in self.faults[index]]
