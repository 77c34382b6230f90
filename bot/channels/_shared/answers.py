"""An answer's body read whole: bounded, however many pieces it comes in."""

from aiohttp.streams import StreamReader

from bot.channels._shared.json_bodies import Unintelligible


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
