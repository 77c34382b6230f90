"""The parts of the program, each made from a configuration; nothing here keeps anything running."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import SystemRandom

import aiohttp

from bot import drawing, firings
from bot.addresses import library_of, redeem_url
from bot.announcing import Announcer
from bot.answering import Answers
from bot.besides import besides_of
from bot.command_post import commander_of
from bot.config import Config, delivery_policy, handler_settings, manners, rulebook
from bot.deciding import Decisions
from bot.discovery import HANDLERS, plugins
from bot.dispatcher import Dispatcher
from bot.domain.channel import Channel
from bot.domain.clock import Clock
from bot.domain.commanding.apart import Reload
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Status
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.payments import CouponIssuer, PaymentSettings
from bot.engine import Engine
from bot.forecasting import foretell_apart
from bot.group import Group
from bot.heart import Seen, Work
from bot.listing import Lists
from bot.pictures import Pictures
from bot.posting import Poster
from bot.rendering import Renderer
from bot.sender import Caller, Wording
from scheduler import lifecycle
from scheduler.experiments import decides_itself, push_decides_itself
from scheduler.jobs import (
    Job,
    Timetable,
    campaign_job,
    daily_notices,
    nightly_experiments,
    nightly_koc,
    nightly_scores,
)
from storage import due, switches
from storage.database import Connection, Database

CALL_WITHIN = aiohttp.ClientTimeout(total=15, connect=5, sock_read=10)
CONNECTIONS = 100
CONTACT_WELCOME = "contacts/welcome"


def group_of(config: Config, renderer: Renderer, reload: Reload | None = None) -> Group:
    """Return what handles events: handlers, rules and the one that words passive replies.

    `reload` is what the command to read the file again asks.
    """
    handlers = [handler for found in plugins(*HANDLERS).values() for handler in found]
    settings = replace(handler_settings(config), draws=drawing.available())
    decisions = Decisions(handlers, settings, rulebook(config), config.routes)
    lists = Lists(
        config.coupons, redeem_url(config), config.server.public_url, config.activities,
        library_of(config, renderer),
    )  # fmt: skip
    answers = Answers(renderer, delivery_policy(config), lists)
    upcoming, foretell = partial(_upcoming, config), partial(foretell_apart, config)
    commander = commander_of(config, renderer, upcoming, foretell, reload)
    return Group(decisions, answers, commander, frozenset(config.accounts))


def _upcoming(config: Config, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """Return the campaigns' firings between two moments."""
    return [(at, campaign.name) for campaign, at in firings.upcoming(config, since, until)]


def caller_of(config: Config, renderer: Renderer, channels: Mapping[str, Channel], clock: Clock) -> Caller:
    """Return what words a claimed message and hands it to its channel."""
    platform_names = {
        name: {**one.subscription_templates, **one.message_templates} for name, one in config.accounts.items()
    }
    library = library_of(config, renderer)
    wording = Wording(renderer, config.coupons, platform_names, redeem_url(config), library)
    return Caller(delivery_policy(config), wording, channels, clock, SystemRandom(), draw=Pictures().draw)


def session() -> aiohttp.ClientSession:
    """Return the HTTP session for the calls to every platform; to be made on a running loop."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300)
    return aiohttp.ClientSession(connector=connector, timeout=CALL_WITHIN)


def poster_of(
    config: Config, database: Database, renderer: Renderer, channels: Mapping[str, Channel], clock: Clock
) -> Poster:
    """Return what speaks in groups."""
    return Poster(database, renderer, channels, manners(config), clock)


def work_of(
    config: Config,
    database: Database,
    engine: Engine,
    dispatcher: Dispatcher,
    poster: Poster,
    channels: Mapping[str, Channel],
    issuer: Callable[[PaymentSettings], CouponIssuer],
) -> Work:
    """Return what does everything that time has made due, and the one look that tells what there is to do."""
    book = rulebook(config)
    timetable = Timetable(database, _jobs(config, book), config.app.zone)
    announcer = Announcer(database, dispatcher)

    async def run_rules(now: datetime) -> int:
        return await lifecycle.run_due(database, book, now)

    async def push(_now: datetime) -> int:
        return await engine.settle()

    async def look(now: datetime) -> Sequence[Seen]:
        nonlocal book
        jobs_due = Seen.at(await timetable.next_due(now), now)
        on, announced, runs, pushes, posts = await database.read(partial(see, now=now))
        book = book.ordered_to(*switches.orders(on))
        # What is due waits for an operator while everything is stopped, and not for time.
        stopped = bool(switches.brake(on))
        waits = replace(pushes, next_at=None) if stopped else pushes
        return announced, runs, jobs_due, waits, Seen(due=False, next_at=None) if stopped else posts

    def see(c: Connection, now: datetime) -> tuple[dict[str, str], Seen, Seen, Seen, Seen]:
        runs = Seen.at(due.next_due(c, [rule.name for rule in book.ordered]), now)
        posts = Seen.at(poster.look(c), now)
        return switches.all_on(c), announcer.look(c, now), runs, engine.look(c, now), posts

    passes = (announcer.run, run_rules, timetable.run_tick, push, poster.run)
    return Work(passes, look, besides=besides_of(config, database, dispatcher, channels, issuer))


def _jobs(config: Config, book: Rulebook) -> list[Job]:
    """Return what is done at nominal times."""
    jobs = [nightly_scores(), *(campaign_job(each) for each in config.campaigns.values() if _live(each))]
    referral, notice = config.activities.referral, config.points.notice
    jobs += [daily_notices(notice)] if notice is not None else []
    jobs += [nightly_koc(referral.koc)] if referral is not None and referral.koc else []
    tried = [rule for rule in book.rules.values() if decides_itself(rule)]
    pushes = [one for one in config.campaigns.values() if push_decides_itself(one)]
    return [*jobs, nightly_experiments(tried, pushes)] if tried or pushes else jobs


def _live(campaign: Campaign) -> bool:
    return campaign.status is Status.LIVE


def kept_in_place(config: Config, running: Config) -> tuple[Config, list[str]]:
    """Return `config` with what only a restart can change as it is now, and the paths of that."""
    kept = [
        path
        for path, differs in (
            ("storage.url", config.storage_url != running.storage_url),
            ("server.host", config.server.host != running.server.host),
            ("server.port", config.server.port != running.server.port),
            ("privacy", config.privacy.key != running.privacy.key),
            ("privacy", config.privacy.index_key != running.privacy.index_key),
        )
        if differs
    ]
    server = replace(config.server, host=running.server.host, port=running.server.port)
    privacy = replace(config.privacy, key=running.privacy.key, index_key=running.privacy.index_key)
    same = replace(config, storage_url=running.storage_url, server=server, privacy=privacy)
    return same, list(dict.fromkeys(kept))
