"""Entry by coming into a segment."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.conditions import Condition, InSegment
from bot.domain.lifecycle.entry import Change, Entry, Occasion
from bot.domain.lifecycle.kinds import EntryKind, Fields


@dataclass(frozen=True, slots=True)
class BySegment(Entry):
    """Opens when the member comes into the segment from outside."""

    name: str
    tree: Condition

    @property
    def watches(self) -> Mapping[str, Condition]:
        """Return the segment to watch."""
        return {self.name: self.tree}

    @property
    def audience(self) -> Condition:
        """Return the segment as a condition."""
        return InSegment(self.name, self.tree)

    def occasions(self, change: Change) -> tuple[Occasion, ...]:
        """Return one occasion when the edge was crossed at this look."""
        if self.name not in change.entered:
            return ()
        return (Occasion(f"{self.name}@{change.now.isoformat()}"),)


def read(fields: Fields) -> BySegment:
    """Return the entry as the file states it."""
    return BySegment(*fields.segment("segment"))


RULE_KIND = EntryKind("segment", read)
