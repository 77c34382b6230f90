"""Members who are in a group and have said nothing there for long become an event that rules can hear."""

from datetime import datetime, timedelta
from hashlib import blake2b

from bot.dispatcher import Dispatcher
from bot.domain.clock import monotonic
from bot.domain.events import QUIET_IN_GROUP, InboundEvent
from bot.domain.identity import NUMBER, identity, number_of
from storage import groups
from storage.database import Database
from storage.groups import Quiet

EVERY = timedelta(hours=1)
# A virtual clock runs through many hours in a second.
EVERY_S = 0.2
PAGE = 500


class QuietMembers:
    """A pass of the heart with a mind of its own."""

    def __init__(self, database: Database, dispatcher: Dispatcher, quiet_after: timedelta) -> None:
        """Call a member quiet who said nothing for so long."""
        self._database = database
        self._dispatcher = dispatcher
        self._after = quiet_after
        self._looked_at: datetime | None = None
        self._looked = float("-inf")

    async def run(self, now: datetime) -> int:
        """Look once an hour, and again at once while there are more; return how many were told."""
        early = self._looked_at is not None and timedelta() <= now - self._looked_at < EVERY
        if early or monotonic() - self._looked < EVERY_S:
            return 0
        self._looked = monotonic()
        found = await self._database.read(lambda c: groups.quiet(c, now - self._after, PAGE))
        if found:
            await self._dispatcher.accept([_event(one, now) for one in found])
        if len(found) < PAGE:
            self._looked_at = now
        return len(found)


def _event(one: Quiet, now: datetime) -> InboundEvent:
    glued = f"{one.member_id}\x1f{one.group}\x1f{one.since.isoformat()}".encode()
    return InboundEvent(
        key=f"clock:quiet:{blake2b(glued, digest_size=16).hexdigest()}",
        account="clock",
        kind=QUIET_IN_GROUP,
        at=now,
        known_as=identity(NUMBER, number_of(one.member_id)),
        properties={"days": (now - one.since).days},
        group=one.group,
    )
