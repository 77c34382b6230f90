"""What our own doing or time itself caused becomes an event like any other: a coupon left, or ran out."""

from datetime import datetime

from bot.dispatcher import Dispatcher
from bot.heart import Seen
from storage import announcements, upkeep
from storage.database import Connection, Database

PAGE = 500


class Announcer:
    """A pass of the heart: does what time brings to the ledgers, hands announcements to the dispatcher."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        """Hold the parts."""
        self._database = database
        self._dispatcher = dispatcher

    async def run(self, now: datetime) -> int:
        """Do one page; return how much there was. A crash between the two steps repeats a known key."""
        chore_at, waiting = await self._database.read(_standing)
        events = await self._database.read(lambda c: announcements.waiting(c, PAGE)) if waiting else []
        due = chore_at is not None and chore_at <= now
        done = await self._database.write(lambda c: upkeep.run(c, now, PAGE)) if due else 0
        if events:
            await self._dispatcher.accept(events)
            keys = [event.key for event in events]
            await self._database.write(lambda c: announcements.handed_in(c, keys))
        return done + len(events)

    def look(self, c: Connection, now: datetime) -> Seen:
        """Return what there is to do: now when something waits, else when a ledger has something to do."""
        chore_at, waiting = _standing(c)
        return Seen.at(now if waiting else chore_at, now)


def _standing(c: Connection) -> tuple[datetime | None, bool]:
    return upkeep.next_at(c), announcements.any_waiting(c)
