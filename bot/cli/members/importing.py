"""members import: a table of members, tried first, then written with --apply."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import tables
from bot.cli.desk import Desk, opened
from bot.cli.intake import Bad, Intake, Tally, paged
from bot.cli.members import columns
from bot.cli.members.rows import Reader
from bot.cli.options import DEFAULT, FAILED, Apply, ConfigPath, Json, fail, present
from bot.cli.progress import bar
from bot.cli.words import say

NAME = "import"
SHOWN = 20


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV 或 XLSX，第一行是列名 / headings first")],
    apply: Apply = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="把坏行写到这里 / write refused rows here")
    ] = None,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """导入会员；先预演，--apply 才写入；重复导入无害 / import members; dry run first; harmless twice."""
    if not file.is_file():
        fail(say("no_such_file", name=file))
    with opened(config) as desk:
        headings = tables.headings_of(file)
        fields = columns.mapped(headings, list(desk.config.accounts))
        if not {field.partition(":")[0] for field in fields.values()} & columns.IDENTIFYING:
            fail(say("no_identity_column", headings="、".join(headings)))
        refused: list[dict[str, object]] = []
        tally = _read(desk, file, fields, refused, apply=apply)
        if apply:
            desk.note("members.import", file.name, rows=tally.rows, new=tally.new, bad=len(tally.bad))
        if rejects is not None and refused:
            rejects.write_text(tables.written(refused), encoding="utf-8")
        present(
            _document(tally, fields, headings, applied=apply),
            _lines(tally, fields, headings, apply),
            as_json=json,
        )
        if tally.bad:
            raise typer.Exit(FAILED)


def _read(
    desk: Desk, file: Path, fields: dict[str, str], refused: list[dict[str, object]], *, apply: bool
) -> Tally:
    accounts = list(desk.config.accounts)
    only = accounts[0] if len(accounts) == 1 else ""
    reader = Reader(fields, accounts, only, list(desk.config.consent), desk.config.app.zone, desk.now)
    intake = Intake(desk, apply=apply)
    total = sum(1 for _ in tables.rows_of(file))
    with bar(say("importing")) as told:
        take = paged(intake, told, total)
        for line, row in tables.rows_of(file):
            intake.tally.rows += 1
            try:
                take(reader.event(row))
            except ValueError as error:
                intake.tally.bad.append(Bad(line, str(error)))
                refused.append({say("line"): line, say("problem"): str(error), **row})
        take(None)
    return intake.tally


def _document(
    tally: Tally, fields: dict[str, str], headings: list[str], *, applied: bool
) -> dict[str, object]:
    return {
        "applied": applied,
        "columns": fields,
        "ignored": [heading for heading in headings if heading not in fields],
        "rows": tally.rows,
        "new": tally.new,
        "known": tally.known,
        "already": tally.already,
        "bad": [asdict(one) for one in tally.bad],
    }


def _lines(tally: Tally, fields: dict[str, str], headings: list[str], applied: bool) -> list[str]:
    lines = [f"{heading} → {fields.get(heading) or say('ignored')}" for heading in headings]
    lines += [say("bad_row", line=one.line, problem=one.problem) for one in tally.bad[:SHOWN]]
    if len(tally.bad) > SHOWN:
        lines.append(say("more_bad_rows", count=len(tally.bad) - SHOWN))
    counts = {"rows": tally.rows, "new": tally.new, "known": tally.known, "already": tally.already}
    lines.append(say("imported", **counts, bad=len(tally.bad)))
    return lines if applied else [*lines, say("dry_run")]
