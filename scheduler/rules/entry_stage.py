"""Entry by reaching a stage."""

from dataclasses import dataclass

from bot.domain.conditions import Condition, StageIs
from bot.domain.lifecycle.entry import Change, Entry, Occasion
from bot.domain.lifecycle.kinds import EntryKind, Fields


@dataclass(frozen=True, slots=True)
class ByStage(Entry):
    """Opens when the member reaches the stage from another."""

    name: str

    @property
    def audience(self) -> Condition:
        """Return the stage as a condition."""
        return StageIs((self.name,))

    def occasions(self, change: Change) -> tuple[Occasion, ...]:
        """Return one occasion when the stage was reached at this look."""
        if change.stage != self.name:
            return ()
        return (Occasion(f"{self.name}@{change.now.isoformat()}"),)


def read(fields: Fields) -> ByStage:
    """Return the entry as the file states it."""
    return ByStage(fields.reference("stage", "stage"))


RULE_KIND = EntryKind("stage", read)
