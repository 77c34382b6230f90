"""A platform on a bad day: each way of failing ends in exactly one leaf, soon, in little memory."""

import asyncio
import time
import tracemalloc

import aiohttp
import pytest
from aiohttp import web

from bot.domain.channel import Delivery
from bot.domain.content import Notice
from bot.domain.errors import AccountDisabled, OutcomeUnknown, SendError, TryLater, Undeliverable
from tests.fakes import ManualClock
from tests.integration.channels.raw_platform import (
    BOMB,
    GZIP,
    UNKNOWN,
    failing_send,
    http,
    raw_platform,
    saying,
    silent,
)
from tests.integration.channels.rig import Platform, channel_at, outcome, text_to


@pytest.mark.parametrize("name", UNKNOWN)
async def test_a_failure_after_the_request_left_is_an_unknown_outcome(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, reason = UNKNOWN[name]
    began = time.monotonic()
    error = await failing_send(handler, monkeypatch)
    assert type(error) is OutcomeUnknown
    assert error.reason == reason
    assert time.monotonic() - began < 5
    assert "T0KEN" not in f"{error!r} {error.__cause__!r} {error.__context__!r}"


async def test_a_gzip_bomb_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    tracemalloc.start()
    await failing_send(saying(http(BOMB, GZIP)), monkeypatch)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 << 20


async def test_a_redirect_is_not_followed(platform: Platform, session: aiohttp.ClientSession) -> None:
    async def away(_request: web.Request, _body: bytes) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{platform.url}/elsewhere"})

    platform.answer = away
    error = await outcome(channel_at(platform.url, session, ManualClock()))
    assert type(error) is TryLater
    assert error.reason == "http_refused"
    assert [path for path, _, _ in platform.calls] == ["/cgi-bin/message/custom/send"]


async def test_where_nobody_listens_nothing_was_sent(session: aiohttp.ClientSession) -> None:
    clock = ManualClock()
    error = await outcome(channel_at("http://127.0.0.1:1", session, clock))
    assert type(error) is TryLater
    assert error.scope == "account"


async def test_a_send_that_cannot_connect_any_more_was_not_sent(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    await channel.send(text_to())
    channel._wire._base = "http://127.0.0.1:1"
    channel._wire._urls.clear()
    error = await outcome(channel)
    assert type(error) is TryLater
    assert (error.reason, error.scope) == ("unreachable", "account")


@pytest.mark.parametrize(
    ("code", "leaf"),
    [(45015, Undeliverable), (48001, AccountDisabled), (45009, TryLater), (-1, OutcomeUnknown)],
)
async def test_a_code_reaches_the_caller_as_its_leaf(
    platform: Platform, session: aiohttp.ClientSession, code: int, leaf: type[SendError]
) -> None:
    async def refuse(_request: web.Request, _body: bytes) -> web.Response:
        return web.json_response({"errcode": code, "errmsg": "no rid: 1"})

    platform.answer = refuse
    assert type(await outcome(channel_at(platform.url, session, ManualClock()))) is leaf
    assert len(platform.calls) == 1


async def test_a_mass_key_that_was_seen_before_is_a_success_with_the_first_id(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    async def seen(_request: web.Request, _body: bytes) -> web.Response:
        return web.json_response({"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 4711})

    platform.answer = seen
    channel = channel_at(platform.url, session, ManualClock())
    accepted = await channel.send(Delivery("mass", ("oA", "oB"), text_to().content, "batch-1"))
    assert accepted.platform_id == "4711"


async def test_success_brings_the_platforms_own_id(
    platform: Platform, session: aiohttp.ClientSession
) -> None:
    channel = channel_at(platform.url, session, ManualClock())
    notice = Notice("T", {"thing1": "茶"})
    accepted = await channel.send(Delivery("template_message", ("oA",), notice, "key-1"))
    assert accepted.platform_id == "77"


async def test_a_cancelled_send_is_cancelled_and_not_swallowed(session: aiohttp.ClientSession) -> None:
    async with raw_platform(silent) as url:
        task = asyncio.create_task(channel_at(url, session, ManualClock()).send(text_to()))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
