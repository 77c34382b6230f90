"""The composition root: the only file that knows all parts."""

import asyncio
import gc
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web

from bot.composition import (
    caller_of,
    group_of,
    poster_of,
    session,
    work_of,
)
from bot.config import Config, text_of
from bot.connecting import channel_maker, gateway_maker, introduce, issuer_maker
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.domain.clock import Clock, SystemClock
from bot.domain.commanding.apart import Reload
from bot.earlier import with_earlier
from bot.engine import LocalEngine
from bot.feeding import Feed
from bot.following import FollowedClock, clock_url, first_look, follow
from bot.heart import Heart
from bot.opening import load, open_database
from bot.program import Program
from bot.reloading import Reloading
from bot.renderers import renderer_of
from bot.sender import Sender
from bot.sockets import Sockets
from bot.web.doors import site_of
from scheduler.jobs import Ticker

__all__ = ["Program", "built", "load", "run", "serving"]

# How many more objects must live before the youngest are looked through for cycles; Python's own 700 are
# a handful of callbacks.
YOUNG_OBJECTS = 20_000

log = structlog.get_logger("app")


@asynccontextmanager
async def built(config: Config, clock: Clock, reload: Reload | None = None) -> AsyncIterator[Program]:
    """Put the program together, without a door to the outside and without a heartbeat.

    `reload` is what an operator's command to read the file again asks.
    """
    async with AsyncExitStack() as stack:
        database = stack.enter_context(open_database(config))
        config = with_earlier(config, database)
        calls = await stack.enter_async_context(session())
        connected = channel_maker(config, calls, database, clock)
        renderer = renderer_of(config)
        gateway = gateway_maker(config, calls, database, clock, renderer)
        channels: dict[str, Channel] = {name: connected(one) for name, one in config.accounts.items()}
        channels |= {name: gateway(one) for name, one in config.gateways.items()}
        introduce(channels)
        woken = asyncio.Event()
        caller = caller_of(config, renderer, channels, clock)
        sender = Sender(database, caller, clock, owner=f"sender-{secrets.token_hex(6)}")
        engine = LocalEngine(sender, clock, woken.set)

        def stir() -> None:
            heart.stir()
            woken.set()
            engine.wake()

        dispatcher = Dispatcher(database, group_of(config, renderer, reload), clock, stir)
        poster = poster_of(config, database, renderer, channels, clock)
        issuer = issuer_maker(calls, clock)
        heart = Heart(clock, work_of(config, database, engine, dispatcher, poster, channels, issuer))
        feed = Feed(dispatcher, database, clock)
        sockets = Sockets(feed, clock)
        program = Program(
            config, clock, database, dispatcher, heart, sender, engine, channels, woken, connected, gateway,
            feed, sockets, issuer, reread=reload,
        )  # fmt: skip
        await program.prepare(config)
        yield program
        await sockets.stop()
        sender.stop()


@asynccontextmanager
async def serving(
    config: Config,
    *,
    clock: str = "",
    role: str = "all",
    host: str = "",
    port: int | None = None,
    reload: Reload | None = None,
    more: Callable[[Program], Iterable[web.AbstractRouteDef]] = lambda _program: (),
) -> AsyncIterator[Program]:
    """Run the program: its doors open, its heart beating.

    `clock` is a sandbox's address or empty; `more` gives routes besides the usual ones.
    """
    followed = FollowedClock(await first_look(clock_url(clock))) if clock else None
    async with built(config, followed or SystemClock(), reload) as program, AsyncExitStack() as stack:
        if role != "worker":
            site = site_of(program, beats=role == "all", more=more(program))
            where = host or config.server.host, config.server.port if port is None else port
            program.url = await site.start(*where)
            stack.push_async_callback(site.stop)
        if role != "web":
            beating = asyncio.Event()
            heartbeat = asyncio.create_task(_beat(program, followed, clock, beating))
            stack.push_async_callback(_end, heartbeat)
            await beating.wait()
            # A platform allows one connection a bot, so only who does what time makes due listens.
            program.listening = True
            await program.sockets.follow(program.channels)
        yield program


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _beat(program: Program, followed: FollowedClock | None, url: str, beating: asyncio.Event) -> None:
    if followed is not None:
        name = f"bot-{secrets.token_hex(4)}"
        await follow(clock_url(url), name, followed, program.heart.settle, beating)
        return
    ticker = Ticker(program.clock, program.config.app.zone, program.heart.tick)
    ticker.start()
    program.engine.start()
    beating.set()
    try:
        while True:
            await program.woken.wait()
            program.woken.clear()
            await program.heart.beat()
    finally:
        ticker.stop()
        await program.engine.stop()


async def run(path: Path, environ: Mapping[str, str], *, clock: str, role: str) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP swaps in the file's present text, or keeps the old one."""
    config = load(path, environ)
    stop, again = asyncio.Event(), Reloading(path, environ)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, again.wish)
    async with serving(config, clock=clock, role=role, reload=again.wish_apart) as program:
        await program.remember(text_of(path))
        log.info("serving", url=program.url, role=role)
        # What is loaded by now stays, and need not be looked through for cycles again and again; and what
        # a group of callbacks makes is gone after its commit, so few looks find more than many.
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, 20, 20)
        chores = [asyncio.create_task(again.run(program))]
        if role != "worker":
            chores.append(asyncio.create_task(program.publish_menus()))
        await stop.wait()
        log.info("draining")
        for chore in chores:
            await _end(chore)
