"""Entry by a tag."""

from dataclasses import dataclass

from bot.domain.conditions import Condition, Tagged
from bot.domain.events import TAG_ADDED
from bot.domain.lifecycle.entry import Change, Entry, Occasion
from bot.domain.lifecycle.kinds import EntryKind, Fields


@dataclass(frozen=True, slots=True)
class ByTag(Entry):
    """Opens when the tag is put on the member."""

    name: str

    @property
    def hears(self) -> frozenset[str]:
        """Return the kind of event that tells of new tags."""
        return frozenset({TAG_ADDED})

    @property
    def audience(self) -> Condition:
        """Return the tag as a condition."""
        return Tagged(self.name)

    def occasions(self, change: Change) -> tuple[Occasion, ...]:
        """Return one occasion when this look is about this tag."""
        event = change.event
        if event is None or event.kind != TAG_ADDED or event.properties.get("tag") != self.name:
            return ()
        return (Occasion(event.key, event.properties),)


def read(fields: Fields) -> ByTag:
    """Return the entry as the file states it."""
    return ByTag(fields.text("tag"))


RULE_KIND = EntryKind("tag", read)
