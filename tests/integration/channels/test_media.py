"""Files are uploaded when first needed, once, and again when the platform dropped them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.channels.official_account import OfficialAccount
from bot.domain.channel import Delivery, ReplyHandle
from bot.domain.content import Content, Image, MiniProgram, Music, Text, Video, Voice
from bot.domain.errors import TryLater, Undeliverable
from tests.fakes import ManualClock
from tests.integration.channels.rig import Platform, channel_at, outcome
from tests.payloads.correspondent import ACCOUNT, MEMBER

HANDLE = ReplyHandle(MEMBER, ACCOUNT)


class Library:
    """The platform's media: it takes uploads and knows which ids live."""

    def __init__(self, platform: Platform) -> None:
        self.uploads: list[str] = []
        self.living: set[str] = set()
        self.refuse_upload: Callable[[], web.Response] | None = None
        platform.answer = self.answer

    async def answer(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.path.endswith("media/upload"):
            if self.refuse_upload is not None:
                return self.refuse_upload()
            assert b'name="media"' in body
            self.uploads.append(request.query["type"])
            name = f"media-{len(self.uploads)}"
            self.living.add(name)
            return web.json_response({"type": request.query["type"], "media_id": name, "created_at": 1})
        if not any(name.encode() in body for name in self.living):
            return web.json_response({"errcode": 40007, "errmsg": "invalid media_id"})
        return web.json_response({"errcode": 0})


@pytest.fixture
def picture(tmp_path: Path) -> str:
    file = tmp_path / "picture.jpg"
    file.write_bytes(b"\xff\xd8picture")
    return str(file)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def library(platform: Platform) -> Library:
    return Library(platform)


@pytest.fixture
def channel(
    platform: Platform, session: aiohttp.ClientSession, clock: ManualClock, library: Library
) -> OfficialAccount:
    return channel_at(platform.url, session, clock)


def to_member(content: Content) -> Delivery:
    return Delivery("customer_service", (MEMBER,), content)


async def test_a_file_is_uploaded_once_however_many_send_it(
    channel: OfficialAccount, library: Library, picture: str
) -> None:
    await asyncio.gather(*(channel.send(to_member(Image(picture))) for _ in range(20)))
    assert library.uploads == ["image"]


async def test_an_upload_is_renewed_before_it_expires(
    channel: OfficialAccount, library: Library, picture: str, clock: ManualClock
) -> None:
    await channel.send(to_member(Image(picture)))
    clock.advance(days=2)
    await channel.send(to_member(Image(picture)))
    assert len(library.uploads) == 1
    clock.advance(hours=23, minutes=1)
    await channel.send(to_member(Image(picture)))
    assert len(library.uploads) == 2


async def test_a_media_the_platform_lost_is_uploaded_once_more(
    channel: OfficialAccount, library: Library, picture: str
) -> None:
    await channel.send(to_member(Image(picture)))
    library.living.clear()
    await channel.send(to_member(Image(picture)))
    assert len(library.uploads) == 2


async def test_a_platform_that_loses_everything_is_not_fed_for_ever(
    channel: OfficialAccount, library: Library, picture: str
) -> None:
    await channel.send(to_member(Image(picture)))
    library.living.clear()
    library.refuse_upload = lambda: web.json_response({"media_id": "dead"})
    error = await outcome(channel, to_member(Image(picture)))
    assert isinstance(error, Undeliverable)
    assert error.correction == "reupload_media"


async def test_a_bare_id_the_platform_does_not_know_is_undeliverable(
    channel: OfficialAccount, library: Library
) -> None:
    error = await outcome(channel, to_member(Image("unknown-id")))
    assert isinstance(error, Undeliverable)
    assert library.uploads == []


async def test_each_content_uploads_its_own_kind(
    channel: OfficialAccount, library: Library, picture: str
) -> None:
    for content in (
        Voice(picture),
        Video(picture, "t"),
        Music("t", "d", "u", picture),
        MiniProgram("t", "wx", "p", picture),
    ):
        await channel.send(to_member(content))
    assert library.uploads == ["voice", "video", "thumb", "image"]


async def test_a_missing_empty_or_huge_file_is_undeliverable(
    channel: OfficialAccount, tmp_path: Path
) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "huge.jpg").write_bytes(b"x" * ((10 << 20) + 1))
    for name, reason in (
        ("gone.jpg", "media_missing"),
        ("empty.jpg", "media_size"),
        ("huge.jpg", "media_size"),
    ):
        error = await outcome(channel, to_member(Image(str(tmp_path / name))))
        assert isinstance(error, Undeliverable)
        assert (error.reason, error.detail) == (reason, name)


async def test_an_upload_that_fails_leaves_the_send_for_later(
    channel: OfficialAccount, library: Library, picture: str
) -> None:
    library.refuse_upload = lambda: web.Response(status=502)
    assert isinstance(await outcome(channel, to_member(Image(picture))), TryLater)
    library.refuse_upload = lambda: web.json_response({"errcode": 0})
    assert isinstance(await outcome(channel, to_member(Image(picture))), TryLater)


async def test_a_reply_shows_a_file_only_when_it_was_prepared(
    channel: OfficialAccount, library: Library, picture: str, clock: ManualClock
) -> None:
    assert channel.answer(HANDLE, Image(picture), clock.now()) == b"success"
    assert await channel.prepare(Image(picture)) == Image("media-1")
    assert channel.answer(HANDLE, Image(picture), clock.now()).startswith(b"<xml><Encrypt>")
    assert channel.answer(HANDLE, Image("any-id"), clock.now()).startswith(b"<xml><Encrypt>")
    clock.advance(days=3)
    assert channel.answer(HANDLE, Image(picture), clock.now()) == b"success"
    assert await channel.prepare(Text("a")) == Text("a")
