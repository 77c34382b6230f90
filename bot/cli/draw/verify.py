"""draw verify: recomputes a draw from its record."""

from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, FAILED, ConfigPath, Json, fail, present
from bot.cli.words import say
from storage import draw_proofs

NAME = "verify"
DrawName = Annotated[str, typer.Argument(help="活动名 / the lottery's name")]


def command(name: DrawName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """用公布的种子重算抽奖结果 / recompute a draw from the seed that was shown."""
    with opened(config) as desk:
        found = desk.read(lambda c: draw_proofs.proof(c, name))
        if found is None:
            fail(say("no_such_draw", name=name))
        wrong = draw_proofs.differences(found)
        lines = [say("draw_differs", fault=fault) for fault in wrong]
        document = {"ok": not wrong, "name": name, "entries": len(found.entries), "wrong": wrong}
        present(document, lines or [say("draw_holds", name=name, count=len(found.entries))], as_json=json)
        if wrong:
            raise typer.Exit(FAILED)
