"""forecast: what would happen in the coming days, by the rules as they are; writes nothing."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import DEFAULT, ConfigPath, Json, fail, present
from bot.cli.words import CATALOGUE, language, say

NAME = "forecast"
Days = Annotated[int, typer.Option("--days", min=1, max=92, help="往后几天 / days ahead")]
Rules = Annotated[str, typer.Option("--rules", help="只看这些规则，逗号分隔 / these rules only, by commas")]
Seed = Annotated[
    int, typer.Option("--seed", help="同一个种子，同样的结果 / the same seed, the same forecast")
]
Replicates = Annotated[
    int | None, typer.Option("--replicates", min=1, max=500, help="预演几次；不写就看人数 / how many times")
]
Html = Annotated[Path | None, typer.Option("--html", help="写成带图的网页 / write a page with pictures")]
Resumed = Annotated[bool, typer.Option("--resumed", help="就当已经恢复发送 / as if sends were resumed")]
NoAdvice = Annotated[bool, typer.Option("--no-advice", help="不试怎样改会更好 / do not try changes")]


def command(  # noqa: PLR0913, PLR0917  each is an option
    days: Days = 30,
    rules: Rules = "",
    seed: Seed = 1,
    replicates: Replicates = None,
    html: Html = None,
    no_advice: NoAdvice = False,
    resumed: Resumed = False,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """预演将来会发生什么：谁收到什么、什么撞上、什么发完 / what would happen."""
    # Here, since only this command needs all of it.
    from bot.cli.desk import opened
    from bot.cli.progress import bar
    from bot.forecasting import Wish, foretell
    from bot.speaking import Speaker, read
    from bot.web.foretelling import document, page
    from handlers.commands._forecast import worded
    from scheduler.forecast.replicates import processors

    chosen = frozenset(name for name in rules.split(",") if name)
    with opened(config) as desk:
        for name in sorted(chosen - desk.config.rules.keys()):
            fail(say("no_such_rule", name=name))
        wish = Wish(days, replicates, seed, chosen, processors(), advice=not no_advice, resumed=resumed)
        with bar(say("forecasting")) as progress:
            found = desk.read(lambda c: foretell(c, desk.config, wish, desk.now, progress))
        speaker = Speaker(read(CATALOGUE.parents[1]), language())
        if html is not None:
            _write(html, page(CATALOGUE.parents[1], found, speaker.whole(worded(found)), language()))
    present(document(found), speaker.whole(worded(found)).split("\n"), as_json=json)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(say("not_written", path=path, why=error.strerror or error))
