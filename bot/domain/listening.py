"""Which handlers an event concerns: by its kind, and a message also by what it says."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.domain.effects import Effect
from bot.domain.events import SAID, InboundEvent
from bot.domain.handling import Handler, Settings, Words
from bot.domain.members import Member
from bot.domain.words import plain

Handle = Callable[[InboundEvent, Member, Settings, datetime], list[Effect]]


class Listeners:
    """Finds the handlers of an event; those it leaves out would answer nothing to it.

    Most messages say nothing that any handler listens for. So the words of all are put together once,
    and a message is looked up in them instead of being shown to each.
    """

    def __init__(self, handlers: Sequence[Handler], settings: Settings) -> None:
        """Sort the handlers by what they hear."""
        self._always = tuple(one.handle for one in handlers if not one.kinds)
        kinds = {kind for handler in handlers for kind in handler.kinds}
        self._by_kind = {
            kind: tuple(one.handle for one in handlers if not one.kinds or kind in one.kinds)
            for kind in kinds
        }
        self._ears = {kind: _Ear(handlers, settings, kind) for kind in SAID}

    def of(self, event: InboundEvent) -> tuple[Handle, ...]:
        """Return what is to be called for the event, in the order of the handlers."""
        ear = self._ears.get(event.kind)
        return self._by_kind.get(event.kind, self._always) if ear is None else ear.of(event)


class _Ear:
    """Hears what is said in one way: to us alone, or in a group."""

    def __init__(self, handlers: Sequence[Handler], settings: Settings, kind: str) -> None:
        self._hearing = [one for one in handlers if not one.kinds or kind in one.kinds]
        self._to_everything = frozenset(place for place, one in enumerate(self._hearing) if one.words is None)
        self._quietly = tuple(one.handle for one in self._hearing if one.words is None)
        self._whole: dict[str, set[int]] = {}
        self._within: list[tuple[str, int]] = []
        self._begins: list[tuple[str, int]] = []
        for place, one in enumerate(self._hearing):
            if one.words is not None:
                self._learn(place, one.words(settings))
        self._beginnings = tuple(word for word, _ in self._begins)

    def _learn(self, place: int, words: Words) -> None:
        for word in words.whole:
            self._whole.setdefault(plain(word), set()).add(place)
        self._within += [(plain(word), place) for word in words.within]
        self._begins += [(plain(word), place) for word in words.begins]

    def of(self, event: InboundEvent) -> tuple[Handle, ...]:
        said = plain(event.text)
        called = set(self._whole.get(said, ()))
        for word, place in self._within:
            if word in said:
                called.add(place)
        # Nearly nothing begins with any of them, which is told at once.
        if said.startswith(self._beginnings):
            called.update(place for word, place in self._begins if said.startswith(word))
        if not called:
            return self._quietly
        return tuple(self._hearing[place].handle for place in sorted(called | self._to_everything))
