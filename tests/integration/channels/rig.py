"""The real channel, door and guard against a pretend platform, each on a free loopback port."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.channels.official_account import OfficialAccount
from bot.domain.account import Token
from bot.domain.channel import Callback, Channel, Delivery, RawCallback
from bot.domain.clock import Clock
from bot.domain.content import Content, Text
from bot.domain.errors import CallbackUnintelligible, SendError
from bot.web.callback import CallbackDoor, Told
from bot.web.connection import Limits
from bot.web.guard import ConnectionGuard, no_failure_shows
from bot.web.lane import Lane
from tests.fakes import ManualClock
from tests.payloads.correspondent import MEMBER, SETTINGS

Answer = tuple[int, bytes]


class RememberedTokens:
    """A TokenStore in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Token] = {}

    async def load(self, account: str) -> Token | None:
        return self.kept.get(account)

    async def save(self, account: str, token: Token) -> None:
        self.kept[account] = token

    async def forget(self, account: str, value: str) -> None:
        if account in self.kept and self.kept[account].value == value:
            del self.kept[account]


def nonce() -> str:
    return secrets.token_hex(16)


def channel_at(
    base: str, session: aiohttp.ClientSession, clock: Clock, tokens: RememberedTokens | None = None
) -> OfficialAccount:
    settings = replace(SETTINGS, api_base=base)
    return OfficialAccount(settings, session, tokens or RememberedTokens(), clock, nonce)


@dataclass
class Platform:
    """A pretend API whose every answer a test decides; it counts what is asked of it."""

    url: str = ""
    tokens: int = 0
    calls: list[tuple[str, str, bytes]] = field(default_factory=list)
    good_token: str = "TOKEN-1"
    token_answer: Callable[[], Answer] | None = None
    answer: Callable[[web.Request, bytes], Awaitable[web.StreamResponse]] | None = None

    async def stable_token(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert body["secret"] == SETTINGS.app_secret
        assert body["force_refresh"] is False
        self.tokens += 1
        await asyncio.sleep(0.02)
        if self.token_answer is not None:
            status, raw = self.token_answer()
            return web.Response(status=status, body=raw)
        return web.json_response({"access_token": self.good_token, "expires_in": 7200})

    async def api(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        token = request.query.get("access_token", "")
        self.calls.append((request.path, token, body))
        if self.answer is not None:
            return await self.answer(request, body)
        if token != self.good_token:
            return web.json_response({"errcode": 40001, "errmsg": f"invalid credential {token}"})
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": 77})


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def pretend_platform() -> AsyncIterator[Platform]:
    platform = Platform()
    app = web.Application(client_max_size=16 << 20)
    app.router.add_post("/cgi-bin/stable_token", platform.stable_token)
    app.router.add_route("*", "/{path:.*}", platform.api)
    async with serving(app) as url:
        platform.url = url
        yield platform


@dataclass
class Desk:
    """Stands for the dispatcher: notes what it is given and answers as a test decides."""

    heard: list[Callback] = field(default_factory=list)
    set_aside: list[CallbackUnintelligible] = field(default_factory=list)
    reply: Content | None = None
    failure: Exception | None = None
    clock: Clock = field(default_factory=ManualClock)

    def submit(self, callback: Callback, channel: Channel, told: Told) -> None:
        if self.failure is not None:
            told(self.failure)
            return
        self.heard.append(callback)
        can = callback.event is not None and callback.event.can_reply
        told(channel.answer(callback.handle, self.reply if can else None, self.clock.now()))

    async def quarantine(self, error: CallbackUnintelligible, channel: Channel) -> bytes:
        self.set_aside.append(error)
        return channel.answer(None, None, self.clock.now())


@asynccontextmanager
async def open_door(
    channel: Channel, desk: Desk, clock: Clock, limits: Limits | None = None, **routes: Handler
) -> AsyncIterator[tuple[str, ConnectionGuard]]:
    """The callback door behind the guard; gives the address of the server."""
    door = CallbackDoor({channel.account: channel}, desk, clock)
    guard = ConnectionGuard(limits, Lane(door))
    app = web.Application(middlewares=[guard.middleware, no_failure_shows], client_max_size=1 << 20)
    app.router.add_route("*", "/callback/{account}", door.receive)
    for path, handler in routes.items():
        app.router.add_route("*", f"/{path}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, auto_decompress=False)
    await runner.setup()
    server = await guard.listen(runner, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", guard
    finally:
        server.close()
        await guard.stop()
        await runner.cleanup()


def text_to(address: str = MEMBER, method: str = "customer_service") -> Delivery:
    return Delivery(method, (address,), Text("你好"), "key-1")


async def outcome(channel: OfficialAccount, delivery: Delivery | None = None) -> SendError:
    """The error of a send that must fail."""
    try:
        accepted = await channel.send(delivery or text_to())
    except SendError as error:
        return error
    raise AssertionError(f"sent: {accepted}")


async def raw(door: str, data: bytes) -> bytes:
    """What comes back to bytes on a socket."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(door).port)
    writer.write(data)
    try:
        async with asyncio.timeout(10):
            return await reader.read(4096)
    finally:
        writer.close()


def query_of(request: RawCallback) -> str:
    return urlencode([(name, value) for name, values in request.query.items() for value in values])


async def post(
    session: aiohttp.ClientSession, door: str, request: RawCallback, account: str = "shop", **headers: str
) -> tuple[int, bytes]:
    url = f"{door}/callback/{account}?{query_of(request)}"
    async with session.post(url, data=request.body, headers=headers) as response:
        return response.status, await response.read()
