"""audit verify: the chain of acts holds, or where it breaks."""

from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, FAILED, ConfigPath, Json, present
from bot.cli.words import say
from storage import audit

NAME = "verify"


def command(
    head: Annotated[
        str,
        typer.Option("--head", help="以前记下的链尾，能发现截断 / a head noted earlier"),
    ] = "",
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """检查审计链有没有被改过 / check that the audit chain holds."""
    with opened(config) as desk:
        broken = desk.read(lambda c: audit.verify(c, head))
        newest = desk.read(audit.head)
        lines = [say("audit_broken", row=one.row, problem=one.problem) for one in broken]
        present(
            {"ok": not broken, "head": newest, "broken": [asdict(one) for one in broken]},
            lines or [say("audit_holds", head=newest)],
            as_json=json,
        )
        if broken:
            raise typer.Exit(FAILED)
