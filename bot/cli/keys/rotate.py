"""keys rotate: everything sealed with an older key is sealed with the present one."""

import os
from secrets import token_bytes
from typing import Annotated

import typer

from bot.cli.desk import Desk, clock
from bot.cli.options import DEFAULT, ConfigPath, Json, config_at, fail, present
from bot.cli.words import say
from storage import keys
from storage.database import Database
from storage.privacy import Keyring

NAME = "rotate"


def command(
    older: Annotated[
        str,
        typer.Option("--older", metavar="ENV", help="旧密钥的环境变量 / variable with the older key"),
    ] = "HETANG_OLD_KEY",
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """用现在的密钥重新加密字段；旧密钥从环境变量读 / seal fields anew with the present key."""
    settings = config_at(config)
    old = os.environ.get(older, "")
    if not old:
        fail(say("no_older_key", name=older))
    ring = Keyring.of(settings.privacy.key, settings.privacy.index_key, token_bytes, older=(old,))
    with Database.open(settings.storage_url, ring) as database:
        desk = Desk(settings, database, clock())
        total = 0
        while done := desk.read(keys.rotate):
            total += done
        desk.note("keys.rotate", "", fields=total)
    present({"fields": total}, [say("keys_rotated", count=total)], as_json=json)
