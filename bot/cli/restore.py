"""restore: a backup in the place of the database, fenced until resume."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.backup import ring_of
from bot.cli.desk import clock
from bot.cli.options import DEFAULT, ConfigPath, Json, config_at, fail, present
from bot.cli.words import say
from storage import backup, contents

NAME = "restore"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="hetang backup 写出的文件 / made by backup")],
    force: Annotated[
        bool, typer.Option("--force", help="即使数据库里已有会员也替换 / replace a database in use")
    ] = False,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """恢复备份；带围栏打开，resume 之前什么都不发 / restore; fenced: nothing is sent until resume."""
    if not file.is_file():
        fail(say("no_such_file", name=file))
    settings = config_at(config)
    held = contents.members(settings.storage_url)
    if held and not force:
        fail(say("database_in_use", count=held))
    fenced = backup.restore(file, settings.storage_url, clock().now(), ring_of(settings))
    lines = [say("restored", path=file), say("fenced", **asdict(fenced))]
    present({"file": str(file), "fenced": True, **asdict(fenced)}, lines, as_json=json)
