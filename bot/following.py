"""Following a sandbox's virtual clock: for demos and acceptance runs, on loopback only."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp
import structlog

from bot.domain.errors import ConfigError

POLL = aiohttp.ClientTimeout(total=5)
# A clock that answers "nothing new" at once, again and again, is not holding our question: ask more slowly.
PATIENCE = 20
REST_S = 0.05
STILL_HERE_S = 1.0

log = structlog.get_logger("clock")


class FollowedClock:
    """A clock that shows what the sandbox last said, and stands still between."""

    def __init__(self, start: datetime) -> None:
        """Begin at `start`."""
        self._now = start

    def now(self) -> datetime:
        """Return the sandbox's present, aware, in UTC."""
        return self._now

    def turn(self, moment: datetime) -> None:
        """Show another moment."""
        self._now = moment


def clock_url(url: str) -> str:
    """Return the address of the sandbox's clock; a bare host means its usual path.

    Raises ConfigError unless the host is a loopback address: nobody else may set our time.
    """
    parts = urlsplit(url if "//" in url else f"http://{url}")
    host = parts.hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigError([f"--clock: {url} is not on loopback; a followed clock is for sandboxes only"])
    path = parts.path if parts.path.strip("/") else "/_sandbox/clock"
    return f"{parts.scheme}://{parts.netloc}{path}"


async def first_look(url: str) -> datetime:
    """Return the sandbox's present moment."""
    async with aiohttp.ClientSession(timeout=POLL) as session, session.get(url) as answer:
        return _moment(await answer.json())


async def follow(
    url: str,
    name: str,
    clock: FollowedClock,
    settle: Callable[[], Awaitable[datetime | None]],
    following: asyncio.Event,
) -> None:
    """Keep the clock in step for ever: after each look do what is due, then say how far we came.

    `settle` does everything due at the clock's present and returns when something is due next. The
    report lets the sandbox move from one due moment to the next instead of jumping over them.
    `following` is set once the sandbox knows of us and waits for us.
    """
    unchanged = 0
    report = {"follower": name, "seen": "", "next_due": ""}
    async with aiohttp.ClientSession(timeout=POLL) as session:
        while True:
            try:
                async with session.get(url, params=report) as answer:
                    moment = _moment(await answer.json())
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.warning("clock_unreachable", error=type(error).__name__)
                await asyncio.sleep(1)
                continue
            following.set()
            unchanged = unchanged + 1 if moment == clock.now() else 0
            if unchanged > PATIENCE:
                await asyncio.sleep(REST_S)
            clock.turn(moment)
            next_due = await _settled(session, url, name, settle)
            report["seen"] = moment.isoformat()
            report["next_due"] = next_due.isoformat() if next_due else ""


async def _settled(
    session: aiohttp.ClientSession, url: str, name: str, settle: Callable[[], Awaitable[datetime | None]]
) -> datetime | None:
    """Do what is due, saying meanwhile that we are still at it."""
    done = asyncio.Event()
    saying = asyncio.create_task(_still_here(session, url, name, done))
    try:
        return await settle()
    finally:
        done.set()
        try:
            # Not awaited itself: were we ended just then, its `wait_for` could keep that to itself.
            await asyncio.wait({saying})
        finally:
            saying.cancel()


async def _still_here(session: aiohttp.ClientSession, url: str, name: str, done: asyncio.Event) -> None:
    """Speak up each second until `done`: whoever is silent is taken for gone, and time goes on without them.

    Nothing is said of how far we came, so nobody takes us for ready either.
    """
    while not done.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), STILL_HERE_S)
            return
        with suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(url, params={"follower": name, "seen": "", "next_due": ""}):
                pass


def _moment(body: object) -> datetime:
    said = body.get("now") if isinstance(body, dict) else None
    moment = datetime.fromisoformat(str(said))
    if moment.tzinfo is None:
        raise ValueError("the clock's now has no zone")
    return moment.astimezone(UTC)
