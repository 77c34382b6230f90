"""check: every problem of the configuration, with its path."""

import os

import typer

from bot.cli.options import BAD_CONFIG, DEFAULT, ConfigPath, Json, shown
from bot.cli.words import say
from bot.config.loading import as_json
from bot.opening import inspect

NAME = "check"


def command(config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """检查配置、模板与规则 / check configuration, templates and rules."""
    problems = inspect(config, os.environ)
    errors = sum(problem.level == "error" for problem in problems)
    if json:
        typer.echo(as_json(problems))
    else:
        for problem in problems:
            typer.echo(shown(problem))
        warnings = len(problems) - errors
        verdict = say("cannot_run" if errors else "can_run")
        typer.echo(f"{config}: {errors} errors, {warnings} warnings · {verdict}")
    raise typer.Exit(BAD_CONFIG if errors else 0)
