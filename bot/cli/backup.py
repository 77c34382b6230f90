"""backup: a consistent copy of the database in use, in one sealed file."""

from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Annotated

import typer

from bot.cli.desk import Desk, clock
from bot.cli.options import DEFAULT, ConfigPath, Json, config_at, fail, present
from bot.cli.words import say
from bot.config.model import Config
from storage import backup
from storage.database import Database
from storage.privacy import Keyring

NAME = "backup"


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="备份文件，已有的会被替换 / replaced if there")
    ],
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """在线备份，用字段密钥加密 / online backup, sealed with the field key."""
    if not file.parent.is_dir():
        fail(say("no_such_folder", name=file.parent))
    settings = config_at(config)
    time = clock()
    manifest = backup.save(settings.storage_url, file, time.now(), ring_of(settings))
    file.chmod(0o600)
    size = file.stat().st_size
    with Database.open(settings.storage_url, ring_of(settings)) as database:
        Desk(settings, database, time).note("backup", file.name, bytes=size)
    document = {"file": str(file), "bytes": size, "at": manifest.at, "revision": manifest.revision}
    at = datetime.fromisoformat(manifest.at).astimezone(settings.app.zone)
    present(document, [say("backed_up", path=file, size=size, at=f"{at:%Y-%m-%d %H:%M:%S}")], as_json=json)


def ring_of(config: Config) -> Keyring:
    """Return the ring of the configured keys."""
    return Keyring.of(config.privacy.key, config.privacy.index_key, token_bytes)
