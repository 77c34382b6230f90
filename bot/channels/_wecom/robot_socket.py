"""Keeping a robot's socket: subscribe, hear, answer, and come again when it breaks.

A newer connection of the same robot ends ours with `disconnected_event`; then somebody else serves, and
coming again would only throw them out in turn.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import aiohttp
import orjson
import structlog

from bot.channels._shared.json_bodies import Json, Unintelligible, key_of, object_at, read_object
from bot.channels._wecom.robot_events import callback_of
from bot.channels._wecom.robot_link import RobotLink
from bot.domain.channel import Callback, Channel, Door
from bot.domain.clock import Clock
from bot.domain.errors import CallbackUnintelligible, SendError
from bot.domain.gateways import WecomAibotSettings

PING_EVERY_S = 30.0
LONGEST_PAUSE_S = 60.0
MAX_FRAME = 1024 * 1024
MOST_WAITING = 256
REFUSED = frozenset({40001, 40014, 853000})

log = structlog.get_logger("channel")


class Superseded(Exception):
    """A newer connection of the same robot took over."""


class RobotSocket:
    """One robot's connection, again and again."""

    def __init__(
        self, settings: WecomAibotSettings, session: aiohttp.ClientSession, link: RobotLink, channel: Channel
    ) -> None:
        """Hold the parts; what is heard is said to be heard by `channel`."""
        self._settings = settings
        self._session = session
        self._link = link
        self._channel = channel
        self._heard: asyncio.Queue[Callback] = asyncio.Queue(MOST_WAITING)

    async def stay(self, door: Door, clock: Clock) -> None:
        """Be connected until cancelled or superseded."""
        storing = asyncio.create_task(self._store(door))
        pause = 1.0
        try:
            while True:
                try:
                    if await self._connection(door, clock.now):
                        pause = 1.0
                except Superseded:
                    log.error("robot_superseded", account=self._settings.name)  # noqa: TRY400  no fault of ours
                    return
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    log.warning("robot_disconnected", account=self._settings.name, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
        finally:
            self._link.detach()
            storing.cancel()
            await asyncio.gather(storing, return_exceptions=True)

    async def _connection(self, door: Door, now: Callable[[], datetime]) -> bool:
        """Serve one connection to its end; return whether it was ever subscribed."""
        async with self._session.ws_connect(self._settings.ws_url, max_msg_size=MAX_FRAME) as socket:

            async def write(frame: dict[str, Any]) -> None:
                await socket.send_str(orjson.dumps(frame).decode())

            self._link.attach(write)
            beating = asyncio.create_task(self._live(socket))
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        await self._take(message.data.encode(), door, now())
            finally:
                self._link.detach()
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
            return beating.done() and not beating.cancelled()

    async def _live(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Subscribe, then ask now and then whether the platform is still there."""
        body = {"bot_id": self._settings.bot_id, "secret": self._settings.secret}
        try:
            if not _good(await self._link.ask("aibot_subscribe", body)):
                log.error("robot_refused", account=self._settings.name)
                await asyncio.sleep(LONGEST_PAUSE_S)
                return
            log.info("robot_connected", account=self._settings.name)
            missed = 0
            while missed < 2:
                await asyncio.sleep(PING_EVERY_S)
                try:
                    await self._link.ask("ping", None)
                    missed = 0
                except SendError:
                    missed += 1
        finally:
            with suppress(ConnectionError, RuntimeError):
                await socket.close()

    async def _take(self, raw: bytes, door: Door, now: datetime) -> None:
        try:
            frame = read_object(raw)
            callback = self._read(frame, now)
        except (Unintelligible, RecursionError) as error:
            account = self._settings.name
            await door.set_aside(
                CallbackUnintelligible(str(error), key_of(account, repr(raw)), raw), self._channel
            )
            return
        if callback is not None and callback.event is not None:
            await self._heard.put(callback)

    def _read(self, frame: Json, now: datetime) -> Callback | None:
        cmd = frame.get("cmd")
        if not cmd:
            self._link.acknowledged(frame)
            return None
        body = object_at(frame, "body")
        if cmd == "aibot_event_callback":
            if object_at(body, "event").get("eventtype") == "disconnected_event":
                raise Superseded
            return None
        if cmd != "aibot_msg_callback":
            return None
        req_id = str(object_at(frame, "headers").get("req_id", ""))[:256]
        return callback_of(self._settings.name, body, req_id, now)

    async def _store(self, door: Door) -> None:
        """Have what is heard stored, in order, and say the answers."""
        answering: set[asyncio.Task[None]] = set()
        try:
            while True:
                waiting = [await self._heard.get()]
                while not self._heard.empty():
                    waiting.append(self._heard.get_nowait())
                answers = await door.hear(waiting, self._channel)
                for callback, answer in zip(waiting, answers, strict=True):
                    if answer and callback.handle is not None:
                        task = asyncio.create_task(self._say(callback.handle.sender, answer))
                        answering.add(task)
                        task.add_done_callback(answering.discard)
        finally:
            for task in answering:
                task.cancel()

    async def _say(self, req_id: str, answer: bytes) -> None:
        try:
            found = await self._link.ask("aibot_respond_msg", orjson.loads(answer), req_id)
        except SendError as error:
            log.warning("answer_not_said", account=self._settings.name, reason=error.reason)
            return
        if not _good(found):
            log.warning("answer_refused", account=self._settings.name, code=found.get("errcode"))


def _good(frame: Json) -> bool:
    return frame.get("errcode") == 0
