"""At most 30 messages a minute and 1,000 an hour to one chat, as robots' users report of the platform."""

from collections import deque
from datetime import datetime, timedelta

from bot.domain.errors import TryLater

LIMITS = ((timedelta(minutes=1), 30), (timedelta(hours=1), 1000))
MOST_CHATS = 10_000


class RobotPace:
    """Counts what was said to each chat lately."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said: dict[str, deque[datetime]] = {}

    def spend(self, chat: str, now: datetime) -> None:
        """Take one place; raise TryLater when the chat has none left."""
        if len(self._said) > MOST_CHATS:
            self._said.clear()
        said = self._said.setdefault(chat, deque(maxlen=LIMITS[-1][1]))
        for per, most in LIMITS:
            if len(said) >= most and (free := said[-most] + per) > now:
                raise TryLater("minute_quota", free, scope="member")
        said.append(now)
