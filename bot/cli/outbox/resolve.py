"""outbox resolve: an operator found out what became of a message."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.desk import actor, opened
from bot.cli.options import DEFAULT, ConfigPath, Json, fail, present
from bot.cli.words import say
from storage import outbox

NAME = "resolve"


class Fate(StrEnum):
    """What became of it."""

    SENT = "sent"
    FAILED = "failed"


def command(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="outbox list 第一列 / its first column")],
    fate: Annotated[Fate, typer.Argument(help="sent 已送达 · failed 没送达")],
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """写下结果不明的消息到底怎样了；绝不会重发 / settle an unknown outcome; never sends again."""
    with opened(config) as desk:
        known = any(row.id == number for row in desk.read(lambda c: outbox.unknown(c, 1_000_000)))
        if not known:
            fail(say("not_unknown", id=number))
        done = desk.write(
            "outbox.resolve",
            str(number),
            lambda c: outbox.resolve(c, number, sent=fate is Fate.SENT, by=actor(), now=desk.now),
            fate=fate.value,
        )
        if not done:
            fail(say("not_unknown", id=number))
        present(
            {"id": number, "state": fate.value}, [say("resolved", id=number, fate=fate.value)], as_json=json
        )
