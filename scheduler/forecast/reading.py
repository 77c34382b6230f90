"""What members would be shown of the content library, so that a digest knows when it has nothing new."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.content_choice import Item, Library, choose, newest
from bot.domain.outbox import OutboxMessage
from scheduler.forecast.being import Being


class Reading:
    """Chooses as the sender does, but for what members have a liking for by their clicks alone."""

    def __init__(self, library: Library) -> None:
        """Nothing was shown to everybody yet."""
        self._library = library
        self._common: dict[str, list[Item]] = {}
        self._told: dict[str, set[str]] = {}

    def has_news(self, being: Being, message: OutboxMessage, now: datetime, *, personal: bool) -> bool:
        """Let the member see what the message shows; false where it lists items and they saw all."""
        if not self._library.items or not self._library.lists(message.template):
            return True
        items = (
            choose(self._library, being.seen, being.member.tags, now)
            if personal
            else self._for_everybody(message, now)
        )
        being.seen.update(one.name for one in items)
        return bool(items)

    def _for_everybody(self, message: OutboxMessage, now: datetime) -> Sequence[Item]:
        series, firing = message.campaign or message.rule, f"{message.campaign}{message.caused_by}"
        if firing not in self._common:
            told = self._told.setdefault(series, set())
            self._common[firing] = newest(self._library, told, now)
            told.update(one.name for one in self._common[firing])
        return self._common[firing]
