"""operator list: who may command."""

from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from bot.domain.identity import split
from storage import operators
from storage.operators import Operator

NAME = "list"


def command(
    everybody: Annotated[bool, typer.Option("--all", help="连已撤销的 / those revoked too")] = False,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """列出已绑定的运营人员 / list bound operators."""
    with opened(config) as desk:
        found = desk.read(lambda c: operators.listed(c, revoked=everybody))
        lines = [_line(one) for one in found] or [say("no_operators")]
        present([_document(one) for one in found], lines, as_json=json)


def _line(one: Operator) -> str:
    gone = f"  {say('revoked')}" if one.revoked_at else ""
    return f"{one.known_as}  {one.role}  {one.bound_at.isoformat(timespec='seconds')}{gone}"


def _document(one: Operator) -> dict[str, object]:
    return {
        "known_as": one.known_as,
        "account": split(one.known_as)[0],
        "name": one.name,
        "role": one.role,
        "bound_at": one.bound_at.isoformat(),
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
    }
