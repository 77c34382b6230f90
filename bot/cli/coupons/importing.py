"""coupons import: codes of a file into a batch, each once."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, FAILED, ConfigPath, Json, fail, present
from bot.cli.progress import bar
from bot.cli.tables import encoding_of
from bot.cli.words import say
from storage import coupons
from storage.coupon_stock import Import, import_codes
from storage.database import Connection

NAME = "import"
SHOWN = 20


def command(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="coupons 里的券种 / a batch")],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="每行一个券码 / a code a line")],
    apply: Annotated[bool, typer.Option("--apply", help="写入；不写只预演 / write, not only look")] = False,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """批量导入券码，重复和不对的按行报告 / codes in bulk; repeated and bad lines are told by number."""
    if not file.is_file():
        fail(say("no_such_file", name=file))
    lines = file.read_text(encoding=encoding_of(file)).splitlines()
    with opened(config) as desk:
        if batch not in desk.config.coupons:
            fail(say("no_such_batch", name=batch, known="、".join(desk.config.coupons)))
        if not desk.config.coupons[batch].codes_file:
            fail(say("batch_makes_codes", name=batch))

        def work(c: Connection) -> Import:
            coupons.sync(c, desk.config.coupons.values())
            with c.begin_nested() as tried, bar(batch) as told:
                found = import_codes(c, batch, lines, desk.now)
                told(len(lines), len(lines))
                if not apply:
                    tried.rollback()
            return found

        found = desk.write("coupons.import", batch, work, file=file.name) if apply else desk.read(work)
        shown = found.problems[:SHOWN]
        if len(found.problems) > SHOWN:
            shown.append(say("more_bad_rows", count=len(found.problems) - SHOWN))
        shown.append(
            say("codes_imported" if apply else "codes_tried", count=found.added, bad=len(found.problems))
        )
        document = {"applied": apply, "batch": batch, "added": found.added, "problems": found.problems}
        present(document, shown, as_json=json)
        if found.problems:
            raise typer.Exit(FAILED)
