"""What `doctor` looks at: each part gives signs, well or not, with a code of what to do."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.channels.official_account import OfficialAccount
from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_archive import WecomArchive
from bot.cli.desk import Desk
from bot.composition import session
from bot.config.model import Config
from bot.connecting import channel_maker
from bot.domain.account import AccountSettings, Token
from bot.domain.clock import SystemClock
from bot.domain.gateways import WecomAppSettings, WecomArchiveSettings
from bot.opening import inspect
from storage import alerts, startup, switches
from storage.disk import free_share
from storage.outbox import listing

LEAST_FREE = 0.10
MOST_SKEW = timedelta(seconds=60)
LOOK = aiohttp.ClientTimeout(total=5)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts")


class Level(StrEnum):
    """How bad it is: warnings do not change the exit code."""

    WELL = "well"
    WARNING = "warning"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing looked at; `reason` is the code of the advice."""

    subject: str
    level: Level
    reason: str = ""
    detail: str = ""


def of_settings(config: Config, path: Path, environ: Mapping[str, str]) -> list[Sign]:
    """Return what can be seen without a network: the file's warnings, secrets, address, fonts."""
    signs = [
        Sign("config", Level.WARNING, "", problem.line())
        for problem in inspect(path, environ)
        if problem.level == "warning"
    ]
    signs.append(_public_url(config.server.public_url))
    missing = not config.webhook_secrets
    signs.append(
        Sign("webhooks", Level.WARNING, "no_webhook_secret") if missing else Sign("webhooks", Level.WELL)
    )
    signs.append(Sign("fonts", Level.WELL) if has_chinese_font() else Sign("fonts", Level.WARNING, "no_font"))
    return signs


def of_database(desk: Desk) -> list[Sign]:
    """Return how the database and its disk do, and what waits for an operator in it."""
    problems = startup.problems(desk.database)
    if problems:
        return [Sign("database", Level.ILL, "database_unfit", problem) for problem in problems]
    free = free_share(desk.database)
    signs = [
        Sign("database", Level.WELL, "", desk.database.dialect),
        Sign(
            "disk",
            Level.ILL if free < LEAST_FREE else Level.WELL,
            "disk_full" if free < LEAST_FREE else "",
            f"{free:.0%}",
        ),
    ]
    for name, value in sorted(desk.read(switches.all_on).items()):
        signs.append(Sign("switch", Level.WARNING, "switch_on", f"{name}={value}"))
    unknown = desk.read(listing.counts).get("unknown", 0)
    if unknown:
        signs.append(Sign("outbox", Level.WARNING, "unknown_messages", str(unknown)))
    signs += [
        Sign("alert", Level.WARNING, "", f"{alert.name}: {alert.text}")
        for alert in desk.read(alerts.standing)
    ]
    return signs


async def of_platforms(desk: Desk, *, stored: bool) -> list[Sign]:
    """Return how each account does, how far our clock is off, and whether our door can be reached."""
    signs: list[Sign] = []
    async with session() as calls:
        for name, settings in desk.config.accounts.items():
            channel = _channel(desk, calls, settings, stored=stored)
            for finding in await channel.chores.check():
                level = Level.WELL if finding.well else Level.ILL
                signs.append(Sign(f"{name}.{finding.subject}", level, finding.reason, finding.detail))
        signs += [one for name in desk.config.gateways for one in await _gateway(desk, calls, name)]
        bases = {one.api_base for one in desk.config.accounts.values()}
        signs += [await _skew(calls, base) for base in sorted(bases)]
        signs.append(await _reachable(calls, desk.config.server.public_url))
    return signs


def has_chinese_font() -> bool:
    """Return whether pictures can show Chinese."""
    if shutil.which("fc-list"):
        command = ["fc-list", ":lang=zh", "family"]
        found = subprocess.run(command, capture_output=True, timeout=10, check=False)  # noqa: S603  fixed words
        if found.stdout.strip():
            return True
    return any(any(Path(folder).rglob("*CJK*")) for folder in FONT_FOLDERS if Path(folder).is_dir())


async def _gateway(desk: Desk, calls: aiohttp.ClientSession, name: str) -> list[Sign]:
    """Return how an account of another kind does; a robot's one connection is the program's own."""
    settings = desk.config.gateways[name]
    match settings:
        case WecomAppSettings():
            findings = await WecomApp(settings, calls, _NoTokens(), desk.clock).check()
        case WecomArchiveSettings():
            findings = await WecomArchive(settings, calls).check()
        case _:
            return []
    levels = {True: Level.WELL, False: Level.ILL}
    return [Sign(f"{name}.{one.subject}", levels[one.well], one.reason, one.detail) for one in findings]


def _channel(
    desk: Desk, calls: aiohttp.ClientSession, settings: AccountSettings, *, stored: bool
) -> OfficialAccount:
    if stored:
        return channel_maker(desk.config, calls, desk.database, desk.clock)(settings)
    return OfficialAccount(settings, calls, _NoTokens(), desk.clock, lambda: "0" * 16)


class _NoTokens:
    """A token store that keeps nothing, for when the database cannot."""

    async def load(self, _account: str) -> Token | None:
        return None

    async def save(self, _account: str, _token: Token) -> None:
        return None

    async def forget(self, _account: str, _value: str) -> None:
        return None


async def _skew(calls: aiohttp.ClientSession, base: str) -> Sign:
    """Compare our wall clock with the platform's: callbacks older than 300 s are refused."""
    try:
        async with calls.get(base, timeout=LOOK, allow_redirects=False) as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return Sign("clock", Level.WARNING, "clock_unknown", urlsplit(base).netloc)
    skew = SystemClock().now() - theirs
    seconds = f"{skew.total_seconds():+.0f} s"
    return (
        Sign("clock", Level.ILL, "clock_off", seconds) if abs(skew) > MOST_SKEW else Sign("clock", Level.WELL)
    )


def _public_url(url: str) -> Sign:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or _is_loopback(host):
        return Sign("public_url", Level.WARNING, "public_url_loopback", url)
    if parts.scheme != "https":
        return Sign("public_url", Level.WARNING, "public_url_not_https", url)
    return Sign("public_url", Level.WELL, "", url)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _reachable(calls: aiohttp.ClientSession, url: str) -> Sign:
    try:
        async with calls.get(f"{url}/healthz", timeout=LOOK, allow_redirects=False) as answer:
            if answer.status == 200:
                return Sign("door", Level.WELL, "", url)
            detail = f"HTTP {answer.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        detail = type(error).__name__
    return Sign("door", Level.WARNING, "door_closed", f"{url}/healthz: {detail}")
