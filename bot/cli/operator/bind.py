"""operator bind: a one-time code for a new operator."""

from secrets import choice
from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, AccountName, ConfigPath, Json, fail, present
from bot.cli.words import say
from storage import operators

NAME = "bind"


def command(
    account: AccountName,
    role: Annotated[str, typer.Option("--role", help="角色 / role of operators.roles")],
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """打印一次性绑定口令，10 分钟有效 / print a one-time code, valid 10 minutes."""
    with opened(config) as desk:
        desk.connected(account)
        roles = desk.config.operators.roles
        if role not in roles:
            fail(say("no_such_role", name=role, known="、".join(roles)))
        code, until = desk.write(
            "operator.offer",
            account,
            lambda c: operators.offer(c, account, role, desk.now, choice),
            role=role,
        )
        local = until.astimezone(desk.config.app.zone).strftime("%H:%M:%S")
        document = {"account": account, "role": role, "code": code, "expires_at": until.isoformat()}
        present(document, [code, say("bind_how", code=code, until=local)], as_json=json)
