"""demo: a community living through ninety days."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from bot import logs
from bot.cli.options import refuse
from bot.cli.words import language
from bot.demo.run import Options, run
from bot.domain.errors import ConfigError

NAME = "demo"
USUAL = Options()


def command(
    speed: Annotated[
        float, typer.Option(min=0, help="每秒最多几天，0 不限 / days a second, 0 = no limit")
    ] = 0,
    members: Annotated[int, typer.Option(min=2, help="会员数 / members")] = USUAL.members,
    leave: Annotated[
        bool, typer.Option("--exit", envvar="DEMO_EXIT", help="演完就退出 / end by itself")
    ] = False,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = USUAL.seed,
    days: Annotated[int, typer.Option(min=1, max=366, help="天数 / days")] = USUAL.days,
    port: Annotated[int, typer.Option(help="看板端口 / port of the console")] = USUAL.port,
    out: Annotated[Path, typer.Option(help="报告放在哪里 / folder of the report")] = USUAL.out,
) -> None:
    """演示：假微信、机器人、一个社群的九十天 / sandbox, bot and a story; 0 only if every promise held."""
    logs.configure("ERROR")
    try:
        code = uvloop.run(run(Options(members, days, seed, speed, leave, port, out, language())))
    except ConfigError as error:
        refuse(error.problems)
    except asyncio.CancelledError:
        code = 130  # interrupted
    raise typer.Exit(code)
