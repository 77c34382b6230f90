"""What our own doing caused becomes an event like any other: coupons that left with a message or ran out."""

from datetime import datetime

from bot.dispatcher import Dispatcher
from bot.heart import Seen
from storage import announcements, redemption
from storage.database import Connection, Database

PAGE = 500


class Announcer:
    """A pass of the heart: lets coupons run out, and hands announcements to the dispatcher."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        """Hold the parts."""
        self._database = database
        self._dispatcher = dispatcher

    async def run(self, now: datetime) -> int:
        """Do one page; return how much there was. A crash between the two steps repeats a known key."""

        def work(c: Connection) -> int:
            expired = redemption.expire(c, now, PAGE)
            announcements.coupons_expired(c, expired, now)
            return len(expired)

        expiry, waiting = await self._database.read(_standing)
        events = await self._database.read(lambda c: announcements.waiting(c, PAGE)) if waiting else []
        done = await self._database.write(work) if expiry is not None and expiry <= now else 0
        if events:
            await self._dispatcher.accept(events)
            keys = [event.key for event in events]
            await self._database.write(lambda c: announcements.handed_in(c, keys))
        return done + len(events)

    def look(self, c: Connection, now: datetime) -> Seen:
        """Return what there is to do: now when something waits, else as the next coupon runs out."""
        expiry, waiting = _standing(c)
        return Seen.at(now if waiting else expiry, now)


def _standing(c: Connection) -> tuple[datetime | None, bool]:
    return redemption.next_expiry(c), announcements.any_waiting(c)
