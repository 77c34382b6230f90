"""migrate: the database's schema to the newest version."""

from typing import Annotated

import typer

from bot.cli.options import DEFAULT, ConfigPath, config_at
from bot.domain.errors import StorageUnavailable
from storage import migrate

NAME = "migrate"


def command(
    config: ConfigPath = DEFAULT,
    check: Annotated[bool, typer.Option("--check", help="只检查 / only compare")] = False,
) -> None:
    """升级数据库结构 / bring the schema to the newest version."""
    url = config_at(config).storage_url
    try:
        if check:
            differences = migrate.check(url)
            for difference in differences:
                typer.echo(difference, err=True)
            raise typer.Exit(1 if differences else 0)
        typer.echo(migrate.upgrade(url))
    except StorageUnavailable as error:
        typer.echo(f"✗ database: {error}", err=True)
        raise typer.Exit(1) from error
