"""What every caller of a gateway does: read an answer whole, and rest when there is nobody to call."""

from datetime import datetime, timedelta

from aiohttp.streams import StreamReader

from bot.channels._shared.json_bodies import Unintelligible
from bot.domain.errors import TryLater

# Long enough that a queue does not spin against a gateway that is away, short enough to be back with it.
REST = timedelta(seconds=30)


def unreachable(now: datetime, detail: str, *, reason: str = "unreachable") -> TryLater:
    """Return the error for a gateway that took nothing: all its messages rest a while."""
    return TryLater(reason, now + REST, scope="account", detail=detail)


async def whole(content: StreamReader, most: int) -> bytes:
    """Return everything that comes; raise Unintelligible when it is more than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    while part := await content.readany():
        size += len(part)
        if size > most:
            raise Unintelligible("too_long")
        parts.append(part)
    return b"".join(parts)
