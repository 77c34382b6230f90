"""The running program, and swapping another configuration into it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes

import structlog

from bot.channels.official_account import OfficialAccount
from bot.composition import caller_of, group_of, kept_in_place, poster_of, work_of
from bot.config import Config, rulebook
from bot.connecting import introduce
from bot.dispatcher import Dispatcher
from bot.domain.account import AccountSettings
from bot.domain.activities.drawing import SEED_BYTES
from bot.domain.channel import Channel
from bot.domain.clock import Clock
from bot.domain.commanding.apart import Reload
from bot.domain.errors import ConfigError, SendError, StorageUnavailable
from bot.domain.gateways import GatewaySettings
from bot.domain.payments import CouponIssuer, PaymentSettings
from bot.earlier import with_earlier
from bot.engine import LocalEngine
from bot.feeding import Feed
from bot.heart import Heart
from bot.publishing import publish_menu
from bot.renderers import renderer_of
from bot.sender import Sender
from bot.sockets import Sockets
from scheduler import lifecycle
from storage import config_versions, coupons, draws, startup
from storage.coupon_stock import Import, import_codes
from storage.database import Connection, Database

log = structlog.get_logger("app")


@dataclass(slots=True)
class Program:
    """The running program; `reload` swaps in another configuration from the next transaction on.

    `connected` makes the channel of an official account, `gateway` that of any other, and
    `issuer` what asks a merchant for coupons. `doors` are told of
    every configuration swapped in; `reread` is asked when an operator wants the file read again.
    """

    config: Config
    clock: Clock
    database: Database
    dispatcher: Dispatcher
    heart: Heart
    sender: Sender
    engine: LocalEngine
    channels: dict[str, Channel]
    woken: asyncio.Event
    connected: Callable[[AccountSettings], OfficialAccount]
    gateway: Callable[[GatewaySettings], Channel]
    feed: Feed
    sockets: Sockets
    issuer: Callable[[PaymentSettings], CouponIssuer]
    url: str = ""
    listening: bool = False
    reread: Reload | None = None
    doors: list[Callable[[Config], None]] = field(default_factory=list)

    async def reload(self, config: Config) -> None:
        """Swap in a checked configuration; raise ConfigError and keep the old one when it cannot run.

        What only a restart can change (address, database, keys) stays, and the log says so.
        """
        config, kept = kept_in_place(config, self.config)
        for path in kept:
            log.warning("reload_needs_restart", path=path)
        config = await asyncio.to_thread(with_earlier, config, self.database)
        renderer = renderer_of(config)
        group = group_of(config, renderer, self.reread)
        channels = self._channels(config)
        introduce(channels)
        await self.prepare(config)
        await self.sender.follow(caller_of(config, renderer, self.channels, self.clock))
        # Nothing below awaits or can fail, so no event ever meets half of a configuration.
        before, self.config = self.config, config
        for gone in set(self.channels) - set(channels):
            del self.channels[gone]
        self.channels.update(channels)
        self.dispatcher.follow(group)
        poster = poster_of(config, self.database, renderer, self.channels, self.clock)
        work = work_of(
            config, self.database, self.engine, self.dispatcher, poster, self.channels, self.issuer
        )
        self.heart.follow(work)
        for follow in self.doors:
            follow(config)
        self.woken.set()
        if self.listening:
            await self.sockets.follow(self.channels)
        log.info("reloaded", digest=config.digest, before=before.digest)

    async def prepare(self, config: Config) -> None:
        """Bring the database up to date with a configuration, before events are decided by it."""
        book, now = rulebook(config), self.clock.now()
        codes = await asyncio.to_thread(_codes, config)

        def work(c: Connection) -> dict[str, Import]:
            startup.one_at_a_time(c)
            coupons.sync(c, config.coupons.values())
            draws.sync(c, config.activities.lotteries, config.points, _seed, now)
            lifecycle.run_full(c, book, now)
            return {name: import_codes(c, name, lines, now) for name, lines in codes.items()}

        for name, found in (await self.database.write(work)).items():
            for problem in found.problems:
                log.warning("code_not_imported", coupon=name, problem=problem)

    async def remember(self, body: Mapping[str, object]) -> None:
        """Keep the file's text as the configuration that runs now, for `rules diff` and `why`."""
        digest, now = self.config.digest, self.clock.now()
        await self.database.write(lambda c: config_versions.adopt(c, digest, body, now))

    async def publish_menus(self) -> None:
        """Publish the menus that changed since they were published; a platform that refuses is logged."""
        for name, channel in list(self.channels.items()):
            if not isinstance(channel, OfficialAccount):
                continue
            try:
                settings = self.config.accounts[name]
                await publish_menu(self.database, channel, settings, self.clock.now())
            except (SendError, StorageUnavailable) as error:
                log.warning("menu_not_published", account=name, error=str(error))

    def _channels(self, config: Config) -> dict[str, Channel]:
        """Return the channels of a configuration: those of unchanged accounts go on as they are."""
        before = {**self.config.accounts, **self.config.gateways}
        after = {**config.accounts, **config.gateways}
        return {
            name: self.channels[name]
            if before.get(name) == settings and name in self.channels
            else self.connect(settings)
            for name, settings in after.items()
        }

    def connect(self, settings: AccountSettings | GatewaySettings) -> Channel:
        """Return the channel of an account; raise ConfigError when it cannot be made."""
        try:
            if isinstance(settings, AccountSettings):
                return self.connected(settings)
            return self.gateway(settings)
        except ValueError as error:
            raise ConfigError([f"accounts.{settings.name}: {error}"]) from error


def _seed() -> bytes:
    return token_bytes(SEED_BYTES)


def _codes(config: Config) -> dict[str, list[str]]:
    """Return the lines of each batch's file of codes; one that isn't there yet has none."""
    files = {name: Path(batch.codes_file) for name, batch in config.coupons.items() if batch.codes_file}
    return {
        name: file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        for name, file in files.items()
        if file.is_file()
    }
