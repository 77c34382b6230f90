"""What a request must be checked against in the database before its events are taken."""

from collections.abc import Collection
from datetime import datetime

from bot.domain.events import InboundEvent
from bot.domain.identity import NUMBER, Identity, split
from storage import directory, inbox
from storage.database import Connection, Database
from storage.inbox import InboxEntry

# Under this account stand the headers of binary CloudEvents; they are no events.
HEADERS = "webhook.headers"


class Desk:
    """Looks things up for the webhooks; every method raises StorageUnavailable without a database."""

    def __init__(self, database: Database) -> None:
        """Look into this database."""
        self._database = database

    async def nobody(self, events: Collection[InboundEvent]) -> set[Identity]:
        """Return the member numbers among the events' names that no member has."""
        numbers = {
            name
            for event in events
            for name in (event.known_as, *event.also_known_as)
            if split(name)[0] == NUMBER
        }
        if not numbers:
            return set()
        found = await self._database.read(lambda c: directory.owners_of(c, numbers))
        return numbers - set(found)

    async def same_as_before(self, delivery: str, fingerprint: bytes, now: datetime) -> bool:
        """Return whether a signed delivery comes with the headers it came with first.

        The signature of a binary CloudEvent covers its body only, so whoever saw one could send it
        again as another event; the first to come is taken as the true one.
        """
        key = f"{HEADERS}@{delivery}"

        def work(c: Connection) -> bool:
            if inbox.append(c, [InboxEntry(key, HEADERS)], now):
                inbox.store_answers(c, {key: fingerprint})
                return True
            return inbox.answers(c, [key])[key] == fingerprint

        return await self._database.write(work)
