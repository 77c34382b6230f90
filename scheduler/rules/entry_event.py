"""Entry by an event of the member."""

from dataclasses import dataclass

from bot.domain.lifecycle.entry import Change, Entry, Occasion
from bot.domain.lifecycle.kinds import EntryKind, Fields


@dataclass(frozen=True, slots=True)
class ByEvent(Entry):
    """Opens when the event happens; `key` names the property that tells occasions apart."""

    kind: str
    key: str = ""

    @property
    def hears(self) -> frozenset[str]:
        """Return the kind of event."""
        return frozenset({self.kind})

    @property
    def has_key(self) -> bool:
        """Return whether a property tells occasions apart."""
        return bool(self.key)

    def occasions(self, change: Change) -> tuple[Occasion, ...]:
        """Return one occasion when this look is about such an event; its properties are the context."""
        event = change.event
        if event is None or event.kind != self.kind:
            return ()
        if not self.key:
            return (Occasion(event.key, event.properties),)
        value = event.properties.get(self.key)
        return () if value is None else (Occasion(str(value), event.properties),)


def read(fields: Fields) -> ByEvent:
    """Return the entry as the file states it."""
    return ByEvent(fields.reference("event", "event"), fields.text("key", ""))


RULE_KIND = EntryKind("event", read)
