"""What an event means for its member: handlers first, then the windows it opens, then the rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.delivery.routes import RouteRule
from bot.domain.delivery.windows import opened, openings
from bot.domain.effects import Effect, Emit, Handoff, Reply
from bot.domain.events import InboundEvent
from bot.domain.folding import fold
from bot.domain.handling import Handler, Settings
from bot.domain.lifecycle.decide import decide
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.listening import Listeners
from bot.domain.members import Member
from storage.members import Wanted

# Effects that change nothing about the member by themselves.
_SAID = (Emit, Handoff, Reply)


class Decisions:
    """The pure part of the dispatcher: no await, no clock, no database."""

    def __init__(
        self,
        handlers: Sequence[Handler],
        settings: Settings,
        book: Rulebook,
        routes: Mapping[str, RouteRule],
    ) -> None:
        """Sort the handlers by what they hear."""
        self.book = book
        self._handlers = tuple(handlers)
        self.wanted = Wanted(book.moment_kinds, book.moment_window)
        self._settings = settings
        self._routes = routes
        self._doors = openings(routes)
        self._listeners = Listeners(handlers, settings)

    def ordered_to(self, paused: Collection[str], arms: Mapping[str, str]) -> "Decisions":
        """Return the same decisions with exactly these rules paused and these weights of arms, by rule."""
        book = self.book.ordered_to(paused, arms)
        if book is self.book:
            return self
        return Decisions(self._handlers, self._settings, book, self._routes)

    def switched(self, activities: Mapping[str, str]) -> "Decisions":
        """Return the same decisions with exactly these activities opened or closed by hand."""
        if activities == self._settings.switched:
            return self
        settings = replace(self._settings, switched=dict(activities))
        return Decisions(self._handlers, settings, self.book, self._routes)

    def decide(self, event: InboundEvent, member: Member, now: datetime) -> list[Effect]:
        """Return the effects of one event that is folded into `member` already."""
        effects: list[Effect] = []
        for handle in self._listeners.of(event):
            effects += handle(event, member, self._settings, now)
        untouched = not effects or all(isinstance(effect, _SAID) for effect in effects)
        if not untouched:
            for effect in effects:
                member = fold(member, effect)
        if not event.silent:
            effects += opened(event, member.id, self._doors)
        effects += decide(self.book, event, member, now, untouched=untouched)
        return effects
