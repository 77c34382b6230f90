"""doctor: looks at everything the program needs, and says what to fix."""

import asyncio
import os
from dataclasses import asdict

import typer

from bot.cli import examination
from bot.cli.backup import ring_of
from bot.cli.desk import Desk, clock
from bot.cli.examination import Level, Sign
from bot.cli.options import DEFAULT, FAILED, ConfigPath, Json, config_at, present
from bot.cli.words import say
from bot.domain.errors import StorageUnavailable
from storage.database import Database

NAME = "doctor"
MARKS = {Level.WELL: "✓", Level.WARNING: "⚠", Level.ILL: "✗"}


def command(config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """体检：账号、数据库、时钟、字体、磁盘、地址，逐条说怎么修 / look at everything; say what to fix."""
    settings = config_at(config)
    signs = examination.of_settings(settings, config, os.environ)
    try:
        with Database.open(settings.storage_url, ring_of(settings)) as database:
            desk = Desk(settings, database, clock())
            signs += examination.of_database(desk)
            signs += asyncio.run(examination.of_platforms(desk, stored=_is_fit(signs)))
    except StorageUnavailable as error:
        signs.append(Sign("database", Level.ILL, "database_gone", str(error)))
    ill = [sign for sign in signs if sign.level is Level.ILL]
    lines = [_line(sign) for sign in signs]
    lines.append(say("doctor_ill", count=len(ill)) if ill else say("doctor_well"))
    document = {"ok": not ill, "signs": [asdict(sign) | {"advice": _advice(sign)} for sign in signs]}
    present(document, lines, as_json=json)
    if ill:
        raise typer.Exit(FAILED)


def _is_fit(signs: list[Sign]) -> bool:
    """Return whether the database can keep a token; an unfit one gets a memory instead."""
    return not any(sign.subject == "database" and sign.level is Level.ILL for sign in signs)


def _line(sign: Sign) -> str:
    words = [MARKS[sign.level], sign.subject, _advice(sign), f"({sign.detail})" if sign.detail else ""]
    return " ".join(word for word in words if word)


def _advice(sign: Sign) -> str:
    """Return what to do, in words; what has no advice of its own shows its code."""
    return say(f"advice_{sign.reason}").removeprefix("advice_") if sign.reason else ""
