"""menu publish: the configured menu onto the account."""

import asyncio

from bot.cli.desk import Desk, opened
from bot.cli.options import DEFAULT, AccountName, ConfigPath, Json, fail, present
from bot.cli.platform import connected
from bot.cli.words import say
from bot.publishing import publish_menu

NAME = "publish"


def command(account: AccountName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """发布配置里的菜单；启动时改过也会自动发布 / publish the configured menu now."""
    with opened(config) as desk:
        if not desk.config.accounts[desk.account(account)].menu:
            fail(say("no_menu", name=account))
        entries = asyncio.run(_publish(desk, account))
        desk.note("menu.publish", account, entries=entries)
        present(
            {"account": account, "entries": entries}, [say("menu_published", count=entries)], as_json=json
        )


async def _publish(desk: Desk, account: str) -> int:
    async with connected(desk, account) as channel:
        settings = desk.config.accounts[account]
        return await publish_menu(desk.database, channel, settings, desk.now, anew=True)
