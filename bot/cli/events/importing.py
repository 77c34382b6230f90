"""events import: business events in bulk, each once."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.desk import Desk, opened
from bot.cli.events.lines import event_of, values_of
from bot.cli.intake import Bad, Intake, Tally, paged
from bot.cli.options import DEFAULT, FAILED, ConfigPath, Json, fail, present
from bot.cli.progress import bar
from bot.cli.words import say
from bot.web.events.intake import Reading

NAME = "import"
SHOWN = 20


class Heard(StrEnum):
    """Which events rules hear of."""

    RECENT = "recent"
    ALL = "all"
    NONE = "none"


_SILENT = {Heard.RECENT: None, Heard.ALL: False, Heard.NONE: True}


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSONL 或 CSV / Segment, CloudEvents or a table")
    ],
    rules: Annotated[
        Heard, typer.Option("--rules", help="规则听见哪些：recent 一天内的 · all · none / heard by rules")
    ] = Heard.RECENT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预演 / write nothing")] = False,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """批量导入订单等业务事件，按 message_id 去重 / business events in bulk, once per message_id."""
    if not file.is_file():
        fail(say("no_such_file", name=file))
    with opened(config) as desk:
        tally = _read(desk, file, rules, apply=not dry_run)
        counts = {"rows": tally.rows, "already": tally.already}
        taken = tally.new + tally.known
        if not dry_run:
            desk.note(
                "events.import", file.name, **counts, taken=taken, bad=len(tally.bad), rules=rules.value
            )
        lines = [say("bad_row", line=one.line, problem=one.problem) for one in tally.bad[:SHOWN]]
        if len(tally.bad) > SHOWN:
            lines.append(say("more_bad_rows", count=len(tally.bad) - SHOWN))
        lines.append(say("events_imported", **counts, taken=taken, bad=len(tally.bad)))
        document = {
            "applied": not dry_run,
            **counts,
            "taken": taken,
            "bad": [asdict(one) for one in tally.bad],
        }
        present(document, lines, as_json=json)
        if tally.bad:
            raise typer.Exit(FAILED)


def _read(desk: Desk, file: Path, rules: Heard, *, apply: bool) -> Tally:
    reading = Reading(list(desk.config.accounts), file.name, desk.now)
    intake = Intake(desk, apply=apply)
    total = sum(1 for _ in values_of(file, desk.config.app.zone))
    with bar(say("importing")) as told:
        take = paged(intake, told, total)
        for line, value in values_of(file, desk.config.app.zone):
            intake.tally.rows += 1
            try:
                take(event_of(value, reading, _SILENT[rules]))
            except ValueError as error:
                intake.tally.bad.append(Bad(line, str(error)))
        take(None)
    return intake.tally
