"""`GET /onebot/{account}`: the socket that a OneBot 12 gateway opens to us (reverse WebSocket).

https://12.onebot.dev/connect/communication/websocket-reverse/: the token is checked before the upgrade, the
subprotocol is ``12.<implementation>``.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.onebot12 import OneBot
from bot.domain.channel import Callback, Channel
from bot.domain.clock import Clock
from bot.domain.errors import CallbackUnintelligible

MAX_FRAME = 64 * 1024
HEARTBEAT_S = 30.0
MOST_WAITING = 256
_PROTOCOL = re.compile(r"12\.[\w.-]{1,64}", re.ASCII)

log = structlog.get_logger("channel")


class Feed(Protocol):
    """Where what is heard goes; `bot.feeding.Feed` is one."""

    async def hear(self, callbacks: Sequence[Callback], channel: Channel) -> list[bytes]:
        """Return the answers once all is stored."""
        ...

    async def set_aside(self, error: CallbackUnintelligible, channel: Channel) -> None:
        """Keep what nobody understands."""
        ...


class OneBotDoor:
    """Lets gateways in."""

    def __init__(self, channels: Mapping[str, Channel], feed: Feed, clock: Clock) -> None:
        """Know the accounts by name; the mapping may be swapped by the owner while we serve."""
        self._channels = channels
        self._feed = feed
        self._clock = clock
        self._open: set[web.WebSocketResponse] = set()

    async def close(self, _app: web.Application | None = None) -> None:
        """Tell every gateway that we go; they come again when we are back."""
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY, drain=False)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the one route."""
        return [web.get("/onebot/{account}", self.receive)]

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Serve one gateway until it goes."""
        channel = self._channels.get(request.match_info["account"])
        offered = request.headers.get("Sec-WebSocket-Protocol", "").replace(" ", "").split(",")
        protocol = next((one for one in offered if _PROTOCOL.fullmatch(one)), None)
        token, other = request.headers.get("Authorization", ""), request.query.get("access_token", "")
        if not isinstance(channel, OneBot) or not channel.admits(token, other):
            return web.Response(status=401, text="refused")
        if protocol is None:
            return web.Response(status=400, text="refused")
        socket = web.WebSocketResponse(protocols=(protocol,), max_msg_size=MAX_FRAME, heartbeat=HEARTBEAT_S)
        if not socket.can_prepare(request).ok:
            return web.Response(status=400, text="refused")
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await _Visit(socket, channel, self._feed, self._clock).last()
        finally:
            self._open.discard(socket)
        return socket


class _Visit:
    """One connection: what it tells is stored in order while more is read, a bounded number ahead."""

    def __init__(self, socket: web.WebSocketResponse, channel: OneBot, feed: Feed, clock: Clock) -> None:
        self._socket = socket
        self._channel = channel
        self._feed = feed
        self._clock = clock
        self._heard: asyncio.Queue[Callback] = asyncio.Queue(MOST_WAITING)
        self._saying: set[asyncio.Task[None]] = set()

    async def last(self) -> None:
        write = self._write
        self._channel.link.attach(write)
        storing = asyncio.create_task(self._store())
        log.info("gateway_connected", account=self._channel.account)
        try:
            await self._read()
        finally:
            self._channel.link.detach(write)
            # What was read is stored before we let go: the gateway will not tell it again.
            await self._heard.join()
            storing.cancel()
            await asyncio.gather(storing, return_exceptions=True)

    async def _write(self, action: bytes) -> None:
        await self._socket.send_str(action.decode())

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                continue
            body = message.data.encode() if isinstance(message.data, str) else bytes(message.data)
            try:
                callback = self._channel.read(body, self._clock.now())
            except CallbackUnintelligible as error:
                await self._feed.set_aside(error, self._channel)
                continue
            if callback.event is not None:
                await self._heard.put(callback)

    async def _store(self) -> None:
        while True:
            waiting = [await self._heard.get()]
            while not self._heard.empty():
                waiting.append(self._heard.get_nowait())
            try:
                answers = await self._feed.hear(waiting, self._channel)
                for answer in answers:
                    self._say(answer)
            finally:
                for _ in waiting:
                    self._heard.task_done()

    def _say(self, answer: bytes) -> None:
        """Begin to answer; what the gateway says to that comes by the reading side."""
        if answer:
            saying = asyncio.create_task(self._channel.say(answer))
            self._saying.add(saying)
            saying.add_done_callback(self._saying.discard)
