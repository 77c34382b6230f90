"""outbox list: what lies in the ledger of messages."""

from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from bot.domain.identity import number_of
from bot.domain.outbox import OutboxState
from storage.outbox import listing

NAME = "list"


def command(
    state: Annotated[OutboxState, typer.Option(help="哪种状态 / which state")] = OutboxState.UNKNOWN,
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="最多几条 / at most")] = 1000,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """列出消息；unknown 是结果不明、等人判断的 / list messages; unknown ones wait for a person's word."""
    with opened(config) as desk:
        rows = desk.read(lambda c: listing.listed(c, state, most))
        lines = [
            f"{row.id}  {number_of(row.member_id)}  {row.template}  {row.route or '-'}  {row.state}"
            f"  {row.reason}  {row.at.isoformat(timespec='seconds')}  {row.detail}".rstrip()
            for row in rows
        ]
        lines.append(say("outbox_count", count=len(rows), state=state.value))
        if rows and state is OutboxState.UNKNOWN:
            lines.append(say("outbox_resolve"))
        present([asdict(row) | {"member": number_of(row.member_id)} for row in rows], lines, as_json=json)
