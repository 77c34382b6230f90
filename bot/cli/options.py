"""What several commands share: options, how problems are shown, and how things are printed."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.domain.errors import ConfigError

if TYPE_CHECKING:
    from bot.config.model import Config
    from bot.config.problems import Problem

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="配置文件 / configuration file")]
Json = Annotated[bool, typer.Option("--json", help="机器可读 / one JSON document on stdout")]
Apply = Annotated[bool, typer.Option("--apply", help="真正写入；不加则只预演 / write; without it a dry run")]
MemberName = Annotated[
    str, typer.Argument(metavar="MEMBER", help="m12 · account:platform_id · 手机号后四位 / last 4 of a phone")
]
AccountName = Annotated[str, typer.Argument(metavar="ACCOUNT", help="账号名 / account of the configuration")]
DEFAULT = Path("config.yaml")
FAILED = 1
BAD_CONFIG = 2
NO_SUCH_MEMBER = 3


def config_at(path: Path) -> "Config":
    """Return the configuration, or show every problem and leave with exit code 2."""
    # Here, because every command imports this file, and the list of commands needs no configuration.
    from bot.opening import load

    try:
        return load(path, os.environ)
    except ConfigError as error:
        refuse(error.problems)


def refuse(problems: Sequence[str]) -> NoReturn:
    """Show problems on standard error and leave with exit code 2."""
    for line in problems:
        complain(line)
    raise typer.Exit(BAD_CONFIG)


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Say on standard error what went wrong and leave with this exit code."""
    complain(sentence)
    raise typer.Exit(code)


def complain(sentence: str) -> None:
    """Show one problem on standard error."""
    typer.echo(f"✗ {sentence}", err=True)


def shown(problem: "Problem") -> str:
    """Return one problem as a line for people."""
    mark = "✗" if problem.level == "error" else "⚠"
    return f"{mark} {problem.line()}"


def present(document: object, lines: Sequence[str], *, as_json: bool) -> None:
    """Print the document as the one JSON text on stdout, or the lines for people."""
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines:
        typer.echo(line)
