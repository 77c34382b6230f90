"""What several commands share: the configuration option, and how problems are shown."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.app import load
from bot.config.model import Config
from bot.config.problems import Problem
from bot.domain.errors import ConfigError

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="配置文件 / configuration file")]
Json = Annotated[bool, typer.Option("--json", help="机器可读 / one JSON document on stdout")]
DEFAULT = Path("config.yaml")
BAD_CONFIG = 2


def config_at(path: Path) -> Config:
    """Return the configuration, or show every problem and leave with exit code 2."""
    try:
        return load(path, os.environ)
    except ConfigError as error:
        refuse(error.problems)


def refuse(problems: Sequence[str]) -> NoReturn:
    """Show problems on standard error and leave with exit code 2."""
    for line in problems:
        typer.echo(f"✗ {line}", err=True)
    raise typer.Exit(BAD_CONFIG)


def shown(problem: Problem) -> str:
    """Return one problem as a line for people."""
    mark = "✗" if problem.level == "error" else "⚠"
    return f"{mark} {problem.line()}"
