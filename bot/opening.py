"""What every program of ours begins with: the configuration of a file, checked whole, and its database.

Kept apart from `bot.app`, so that a command which only looks or pauses need not load what serves and sends.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config, Feasts, Parts, Problem, check, load_config
from bot.discovery import RULE_KINDS, plugins
from bot.rendering import Renderer
from bot.spoken_time.calendar import shifted_days
from bot.spoken_time.feasts import NAMES, YEARS, every_year

if TYPE_CHECKING:
    from storage.database import Database


def load(path: Path, environ: Mapping[str, str], *, demo: bool = False) -> Config:
    """Return the configuration of a file, or raise ConfigError with every problem."""
    return load_config(path, environ, parts(), demo=demo)


def inspect(path: Path, environ: Mapping[str, str]) -> list[Problem]:
    """Return every problem of a configuration file."""
    return check(path, environ, parts())


def open_database(config: Config) -> "Database":
    """Open the configured database, at the newest schema, with the configured keys."""
    # Here, since checking a configuration needs no database and SQLAlchemy takes longest to load.
    from storage import migrate
    from storage.database import Database
    from storage.privacy import Keyring

    migrate.upgrade(config.storage_url)
    keyring = Keyring.of(config.privacy.key, config.privacy.index_key, secrets.token_bytes)
    return Database.open(config.storage_url, keyring)


def parts() -> Parts:
    """Return what the reading of a configuration borrows: kinds of steps and entries, messages, festivals."""
    return Parts(
        tuple(plugins(*RULE_KINDS).values()),
        Renderer.load,
        Feasts(NAMES, every_year, lambda: shifted_days(YEARS)),
    )
