"""operator revoke: somebody commands no more."""

from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, fail, present
from bot.cli.words import say
from storage import operators

NAME = "revoke"


def command(
    known_as: Annotated[str, typer.Argument(metavar="OPERATOR", help="见 operator list / as listed")],
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """撤销运营人员，立即生效 / revoke an operator, at once."""
    with opened(config) as desk:
        if desk.read(lambda c: operators.find(c, known_as)) is None:
            fail(say("no_such_operator", name=known_as))
        desk.write("operator.revoke", known_as, lambda c: operators.revoke(c, known_as, desk.now))
        present(
            {"known_as": known_as, "revoked": True}, [say("operator_revoked", name=known_as)], as_json=json
        )
