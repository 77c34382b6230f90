"""The composition root: the only file that knows all parts."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import SystemRandom

import aiohttp
import structlog
from aiohttp import web

from bot.answering import Answers
from bot.channels.official_account import OfficialAccount
from bot.config import Config, Parts, Problem, check, delivery_policy, handler_settings, load_config, rulebook
from bot.deciding import Decisions
from bot.discovery import HANDLERS, RULE_KINDS, plugins
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.domain.clock import Clock, SystemClock
from bot.domain.delivery.policy import MARKETING
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Status
from bot.domain.lifecycle.rulebook import Rulebook
from bot.following import FollowedClock, clock_url, first_look, follow
from bot.group import Group
from bot.heart import Heart
from bot.rendering import Renderer
from bot.sender import Caller, Sender, Wording
from bot.web.doors import site_of
from scheduler import lifecycle
from scheduler.jobs import Ticker, Timetable, campaign_job, nightly_scores
from storage import coupons, due, migrate
from storage.database import Database
from storage.media import SqlMedia
from storage.privacy import Keyring
from storage.tokens import SqlTokens

CALL_WITHIN = aiohttp.ClientTimeout(total=15, connect=5, sock_read=10)
CONNECTIONS = 100

log = structlog.get_logger("app")


def _parts() -> Parts:
    return Parts(tuple(plugins(*RULE_KINDS).values()), Renderer.load)


def load(path: Path, environ: Mapping[str, str], *, demo: bool = False) -> Config:
    """Return the configuration of a file, or raise ConfigError with every problem."""
    return load_config(path, environ, _parts(), demo=demo)


def inspect(path: Path, environ: Mapping[str, str]) -> list[Problem]:
    """Return every problem of a configuration file."""
    return check(path, environ, _parts())


@dataclass(slots=True)
class Program:
    """The running program; `reload` swaps in another configuration from the next transaction on."""

    config: Config
    clock: Clock
    database: Database
    dispatcher: Dispatcher
    heart: Heart
    sender: Sender
    channels: dict[str, Channel]
    woken: asyncio.Event
    url: str = ""


def renderer_of(config: Config) -> Renderer:
    """Return the renderer with what every message may show."""
    marketing = config.consent.get(MARKETING)
    app = {"name": config.app.name, "contact": config.app.contact, "timezone": config.app.zone.key}
    words = {"refuse_words": marketing.withdraw_keywords} if marketing and marketing.withdraw_keywords else {}
    return Renderer.load(config.template_paths, {**app, **words})


def _group(config: Config, renderer: Renderer) -> Group:
    handlers = [handler for found in plugins(*HANDLERS).values() for handler in found]
    decisions = Decisions(handlers, handler_settings(config), rulebook(config), config.routes)
    answers = Answers(renderer, delivery_policy(config), config.coupons, _redeem_url(config))
    return Group(decisions, answers)


def _redeem_url(config: Config) -> Callable[[str], str]:
    base = config.server.public_url

    def url(code: str) -> str:
        return f"{base}/r/{code}"

    return url


def open_database(config: Config) -> Database:
    """Open the configured database, at the newest schema, with the configured keys."""
    migrate.upgrade(config.storage_url)
    keyring = Keyring.of(config.privacy.key, config.privacy.index_key, secrets.token_bytes)
    return Database.open(config.storage_url, keyring)


@asynccontextmanager
async def built(config: Config, clock: Clock) -> AsyncIterator[Program]:
    """Put the program together, without a door to the outside and without a heartbeat."""
    async with AsyncExitStack() as stack:
        database = stack.enter_context(open_database(config))
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, timeout=CALL_WITHIN)
        )
        await database.write(lambda c: coupons.sync(c, config.coupons.values()))
        tokens = SqlTokens(database, config.privacy.key.encode())
        media = SqlMedia(database)
        channels: dict[str, Channel] = {
            name: OfficialAccount(account, session, tokens, clock, lambda: secrets.token_hex(8), media)
            for name, account in config.accounts.items()
        }
        renderer = renderer_of(config)
        woken = asyncio.Event()
        dispatcher = Dispatcher(database, _group(config, renderer), clock, woken.set)
        wording = Wording(
            renderer,
            config.coupons,
            {
                name: {**a.subscription_templates, **a.message_templates}
                for name, a in config.accounts.items()
            },
            _redeem_url(config),
        )
        caller = Caller(delivery_policy(config), wording, channels, clock, SystemRandom())
        sender = Sender(database, caller, clock, owner=f"sender-{secrets.token_hex(6)}")
        heart = _heart(config, clock, database, rulebook(config), sender)
        yield Program(config, clock, database, dispatcher, heart, sender, channels, woken)
        sender.stop()


def _heart(config: Config, clock: Clock, database: Database, book: Rulebook, sender: Sender) -> Heart:
    jobs = [nightly_scores(), *(campaign_job(each) for each in config.campaigns.values() if _live(each))]
    timetable = Timetable(database, jobs, config.app.zone)
    rules = [rule.name for rule in book.ordered]

    async def run_rules(now: datetime) -> int:
        return await lifecycle.run_due(database, book, now)

    async def push(_now: datetime) -> int:
        return await sender.send_due()

    async def next_look(_now: datetime) -> datetime | None:
        return await database.read(lambda c: due.next_due(c, rules))

    async def next_push(_now: datetime) -> datetime | None:
        return await sender.next_due()

    return Heart(clock, (run_rules, timetable.run_tick, push), (next_look, timetable.next_due, next_push))


def _live(campaign: Campaign) -> bool:
    return campaign.status is Status.LIVE


@asynccontextmanager
async def serving(
    config: Config,
    *,
    clock: str = "",
    role: str = "all",
    host: str = "",
    port: int | None = None,
    more: Callable[[Program], Iterable[web.AbstractRouteDef]] = lambda _program: (),
) -> AsyncIterator[Program]:
    """Run the program: its doors open, its heart beating.

    `clock` is a sandbox's address or empty; `more` gives routes besides the usual ones.
    """
    followed = FollowedClock(await first_look(clock_url(clock))) if clock else None
    async with built(config, followed or SystemClock()) as program, AsyncExitStack() as stack:
        if role != "worker":
            heart = program.heart if role == "all" else None
            site = site_of(
                config,
                program.clock,
                program.database,
                program.dispatcher,
                program.channels,
                heart,
                more(program),
            )
            where = host or config.server.host, config.server.port if port is None else port
            program.url = await site.start(*where)
            stack.push_async_callback(site.stop)
        if role != "web":
            beating = asyncio.Event()
            heartbeat = asyncio.create_task(_beat(program, followed, clock, beating))
            stack.push_async_callback(_end, heartbeat)
            await beating.wait()
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
    beating.set()
    try:
        while True:
            await program.woken.wait()
            program.woken.clear()
            await program.heart.beat()
    finally:
        ticker.stop()


async def run(path: Path, environ: Mapping[str, str], *, clock: str, role: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    config = load(path, environ)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serving(config, clock=clock, role=role) as program:
        log.info("serving", url=program.url, role=role)
        await stop.wait()
        log.info("draining")
