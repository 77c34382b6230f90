"""audit ledgers: points, coupons, draws, groups and invitations balance, or where they do not."""

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, FAILED, ConfigPath, Json, present
from bot.cli.words import say
from storage.reports import audited

NAME = "ledgers"


def command(config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """检查积分、券、抽奖、拼团和邀请的账平不平 / check that every ledger balances."""
    with opened(config) as desk:
        found = desk.read(audited)
        lines = [say("ledger_wrong", fault=fault) for fault in found.wrong]
        present(
            {"ok": not found.wrong, "looked_at": found.looked_at, "wrong": list(found.wrong)},
            lines or [say("ledgers_balance", count=found.looked_at)],
            as_json=json,
        )
        if found.wrong:
            raise typer.Exit(FAILED)
