"""run: serves until told to stop."""

import os
from enum import StrEnum
from typing import Annotated

import typer
import uvloop

from bot import logs
from bot.app import run
from bot.cli.options import DEFAULT, ConfigPath, refuse
from bot.domain.errors import ConfigError, StorageUnavailable

NAME = "run"


class Role(StrEnum):
    """What this process does of the whole."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


def command(
    config: ConfigPath = DEFAULT,
    role: Annotated[Role, typer.Option(help="all | web | worker")] = Role.ALL,
    clock: Annotated[str, typer.Option(help="跟随沙盒时钟 / follow a sandbox's clock (loopback only)")] = "",
) -> None:
    """启动服务 / serve; SIGTERM drains, SIGHUP swaps in a checked configuration."""
    logs.configure(os.environ.get("HETANG_LOG", "INFO"))
    try:
        uvloop.run(run(config, os.environ, clock=clock, role=role.value))
    except ConfigError as error:
        refuse(error.problems)
    except StorageUnavailable as error:
        typer.echo(f"✗ database: {error}", err=True)
        raise typer.Exit(1) from error
