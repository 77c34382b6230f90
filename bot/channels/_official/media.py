"""Files of ours as the platform knows them: uploaded when first needed, again when expired.

A temporary upload lives 3 days: https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from bot.channels._official.verdicts import BAD_ANSWER
from bot.channels._official.wire import Wire
from bot.domain.account import MediaStore, StoredMedia
from bot.domain.clock import Clock
from bot.domain.content import Content, Image, MiniProgram, Music, Video, Voice
from bot.domain.errors import OutcomeUnknown, TryLater, Undeliverable

LIFE = timedelta(days=3)
# Stop using an upload a little before the platform drops it.
MARGIN = timedelta(hours=1)
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_LIMITS = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}


class RememberedMedia:
    """A `MediaStore` in memory, for programs that live shorter than an upload."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: dict[tuple[str, str], StoredMedia] = {}

    async def find(self, account: str, digest: str) -> StoredMedia | None:
        """Return the platform's copy of the file with this digest."""
        return self._kept.get((account, digest))

    async def keep(self, account: str, digest: str, media: StoredMedia) -> None:
        """Remember the copy."""
        self._kept[account, digest] = media

    async def forget(self, account: str, media_id: str) -> None:
        """Drop the copy with this id."""
        gone = [key for key, kept in self._kept.items() if key[0] == account and kept.media_id == media_id]
        for key in gone:
            del self._kept[key]


class MediaShelf:
    """Turns paths in a content into media ids of one account."""

    def __init__(self, account: str, wire: Wire, store: MediaStore, clock: Clock) -> None:
        """Upload through `wire`, remember in `store`."""
        self._account = account
        self._wire = wire
        self._store = store
        self._clock = clock
        self._known: dict[tuple[str, str], StoredMedia] = {}
        self._lock = asyncio.Lock()

    async def on_platform(self, content: Content) -> Content:
        """Return the content with every path replaced by a living media id, uploading what is missing.

        Raises a leaf of SendError: Undeliverable for a file that isn't there or is too large. An upload
        whose outcome is unknown is TryLater, as nobody saw anything of it.
        """
        wanted = path_in(content)
        if wanted is None:
            return content
        return with_media(content, (await self._placed(*wanted)).media_id)

    def if_known(self, content: Content, now: datetime) -> Content | None:
        """Return the content with media ids if that needs no upload, else None."""
        wanted = path_in(content)
        if wanted is None:
            return content
        known = self._known.get(wanted)
        return with_media(content, known.media_id) if _lives(known, now) and known else None

    async def forget(self, content: Content) -> bool:
        """Drop the copy of the file this content names, as the platform lost it; False for a bare id."""
        wanted = path_in(content)
        known = self._known.pop(wanted, None) if wanted else None
        if known is None:
            return False
        await self._store.forget(self._account, known.media_id)
        return True

    async def _placed(self, path: str, kind: str) -> StoredMedia:
        async with self._lock:
            known = self._known.get((path, kind))
            if known is not None and _lives(known, self._clock.now()):
                return known
            data = await asyncio.to_thread(_file, path, _LIMITS[kind])
            digest = f"{kind}:{hashlib.sha256(data).hexdigest()}"
            kept = await self._store.find(self._account, digest)
            if kept is None or not _lives(kept, self._clock.now()):
                kept = await self._uploaded(data, kind, Path(path).name)
                await self._store.keep(self._account, digest, kept)
            self._known[path, kind] = kept
            return kept

    async def _uploaded(self, data: bytes, kind: str, name: str) -> StoredMedia:
        now = self._clock.now()
        try:
            answer = await self._wire.call(
                "POST", "cgi-bin/media/upload", _form(data, name), query={"type": kind}, bare=True
            )
        except OutcomeUnknown as error:
            raise TryLater(error.reason, now + timedelta(minutes=1), code=error.code) from error
        media_id = answer.get("media_id") or answer.get("thumb_media_id")
        if not isinstance(media_id, str) or _ID.fullmatch(media_id) is None:
            raise TryLater(BAD_ANSWER, now + timedelta(minutes=1), detail="no media_id")
        return StoredMedia(media_id, kind, now, now + LIFE)


def path_in(content: Content) -> tuple[str, str] | None:
    """Return (path, kind of media) of the file a content names, None if it names a media id or nothing."""
    if isinstance(content, Image | Voice | Video):
        media, kind = content.media, type(content).__name__.lower()
    elif isinstance(content, Music | MiniProgram):
        media, kind = content.thumb_media, "thumb" if isinstance(content, Music) else "image"
    else:
        return None
    # A file's name has a dot or a folder in it; the platform's ids have neither.
    return None if not media or _ID.fullmatch(media) else (media, kind)


def with_media(content: Content, media_id: str) -> Content:
    """Return the content naming the platform's copy."""
    if isinstance(content, Image | Voice | Video):
        return replace(content, media=media_id)
    if isinstance(content, Music | MiniProgram):
        return replace(content, thumb_media=media_id)
    return content


def _lives(media: StoredMedia | None, now: datetime) -> bool:
    return media is not None and (media.expires_at is None or now < media.expires_at - MARGIN)


def _file(path: str, limit: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Undeliverable("media_missing", detail=Path(path).name) from error
    if not 0 < len(data) <= limit:
        raise Undeliverable("media_size", detail=Path(path).name)
    return data


def _form(data: bytes, name: str) -> Callable[[], aiohttp.FormData]:
    def form() -> aiohttp.FormData:
        fields = aiohttp.FormData()
        fields.add_field("media", data, filename=name, content_type="application/octet-stream")
        return fields

    return form
