"""An archive without the corp's app, and accounts that come and go while the program runs."""

from __future__ import annotations

from pathlib import Path

from bot.app import load
from tests.e2e.community import ONEBOT
from tests.e2e.test_groups import heard
from tests.whole import ENVIRONMENT, Whole, whole, write_config

ARCHIVE = """
  archive:
    kind: wecom_archive
    source: "SANDBOX/archive"
"""


async def test_an_archive_is_heard_without_an_app(tmp_path: Path, any_database_url: str) -> None:
    changes = {"\nwebhooks:": f"{ARCHIVE}\nwebhooks:"}
    async with whole(tmp_path, any_database_url, changes) as town:
        await town.post("account", name="archive", kind="wecom_archive")
        for act, fields in (
            ("consent", {"agree": True}),
            ("say", {"group": "宝妈一群", "text": "有奶粉吗"}),
        ):
            await town.post(act, **{"account": "archive", "from": "小红", **fields})
        town_channel = town.program.channels["archive"]
        town_channel.wake()  # type: ignore[attr-defined]  # an archive's own
        await heard(town, "SELECT name FROM tag", [("母婴",)])
        assert await town.listing("violations") == []


async def test_a_gateway_that_is_added_by_a_reload_is_let_in(tmp_path: Path, sqlite_url: str) -> None:
    async with whole(tmp_path, sqlite_url) as town:
        await registered(town)
        await town.program.reload(
            load(
                write_config(tmp_path, town.sandbox_url, sqlite_url, {"\nwebhooks:": f"{ONEBOT}\nwebhooks:"}),
                ENVIRONMENT,
            )
        )
        told = await town.post(
            "say", **{"account": "groups", "from": "小明", "group": "宝妈一群", "text": "有奶粉吗"}
        )
        assert told["delivered"], told
        await heard(town, "SELECT name FROM tag", [("母婴",)])


async def registered(town: Whole) -> None:
    await town.post(
        "account",
        name="groups",
        kind="onebot12",
        callback_url=f"{town.program.url}/callback/groups",
        access_token=ENVIRONMENT["ONEBOT_TOKEN"],
    )
