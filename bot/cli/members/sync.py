"""members sync: the account's existing followers become members."""

import asyncio

from bot import followers
from bot.cli.desk import Desk, opened
from bot.cli.options import DEFAULT, AccountName, ConfigPath, Json, present
from bot.cli.platform import connected
from bot.cli.progress import bar
from bot.cli.words import say
from bot.config import rulebook
from storage import chores
from storage.followers import Taken

NAME = "sync"


def command(account: AccountName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """把账号现有的粉丝收为会员，不触发任何规则；中断后接着做 / take over existing followers; resumable."""
    with opened(config) as desk:
        desk.account(account)
        began = desk.read(lambda c: chores.progress(c, followers.chore_of(account)))
        taken = asyncio.run(_sync(desk, account))
        desk.note("members.sync", account, new=taken.new, known=taken.known)
        lines = [say("sync_resumed", done=began.done)] if began.done else []
        lines.append(say("synced", new=taken.new, known=taken.known))
        document = {"account": account, "new": taken.new, "known": taken.known, "resumed_at": began.done}
        present(document, lines, as_json=json)


async def _sync(desk: Desk, account: str) -> Taken:
    with bar(say("followers")) as told:
        async with connected(desk, account) as channel:
            return await followers.sync(
                desk.database,
                channel,
                rulebook(desk.config),
                desk.clock,
                lambda progress: told(progress.done, progress.total),
            )
