"""The whole program against the pretend WeChat, on loopback, on one virtual clock."""

import base64
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from sqlalchemy import text

from bot import sandbox
from bot.app import Program, load, serving
from storage.database import Connection

Found = TypeVar("Found")
ROOT = Path(__file__).resolve().parent.parent
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"
APP_ID = "wx0000000000000000"
START = "2026-12-01T10:00:00+08:00"
ENVIRONMENT: Mapping[str, str] = {
    "SHOP_APP_SECRET": "a-secret-of-the-shop",
    "SHOP_TOKEN": "ATokenOfTheShop",
    "SHOP_AES_KEY": AES_KEY,
    "HETANG_WEBHOOK_SECRET": "whsec_" + base64.b64encode(b"w" * 24).decode(),
    "HETANG_KEY": "a key of thirty-two characters..",
    "HETANG_INDEX_KEY": "an index key of 32 characters...",
    "ONEBOT_TOKEN": "a-token-of-the-gateway",
    "OPS_BOT_SECRET": "a-secret-of-the-robot",
    "CORP_SECRET": "a-secret-of-the-corp",
    "CORP_TOKEN": "ATokenOfTheCorp",
}


@dataclass(slots=True)
class Whole:
    """A running program and the platform it talks to."""

    program: Program
    session: aiohttp.ClientSession
    sandbox_url: str

    async def post(self, act: str, **fields: object) -> dict[str, Any]:
        """Order the sandbox to do something and return its answer."""
        async with self.session.post(f"{self.sandbox_url}/_sandbox/{act}", json=fields) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == 200, body
            return body

    async def act(self, what: str, who: str, **fields: object) -> dict[str, Any]:
        """Let a member follow, say, scan, click or unfollow; return what came of the callback."""
        return await self.post(what, **{"account": "shop", "from": who, **fields})

    async def says(self, who: str, words: str) -> str | None:
        """Let a member say something; return the text of the passive reply, if any."""
        answer = await self.act("say", who, text=words)
        return answer["reply"]["Content"] if answer["reply"] else None

    async def advance(self, span: str) -> None:
        """Let virtual time pass, everything due in it done."""
        await self.post("clock", advance=span)

    async def listing(self, what: str, **query: str) -> list[dict[str, Any]]:
        """Return one of the sandbox's records: outbox, log, violations."""
        url = f"{self.sandbox_url}/_sandbox/{what}"
        async with self.session.get(url, params=query) as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def read(self, work: Callable[[Connection], Found]) -> Found:
        """Look into the program's database."""
        return await self.program.database.read(work)

    async def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a plain SQL statement."""
        return await self.read(lambda c: [tuple(row) for row in c.execute(text(statement), values)])


def write_config(folder: Path, api_base: str, storage_url: str, changes: Mapping[str, str]) -> Path:
    """Write the project's own configuration for a test and return its path."""
    body = (ROOT / "config.yaml").read_text(encoding="utf-8")
    changes = {
        "https://api.weixin.qq.com": api_base,
        "sqlite+aiosqlite:///data/hetang.db": storage_url,
        "path: [templates]": f"path: [{ROOT / 'templates'}]",
        **changes,
    }
    for old, new in changes.items():
        assert old in body, f"config.yaml has no {old!r} any more"
        body = body.replace(old, new)
    path = folder / "config.yaml"
    path.write_text(body, encoding="utf-8")
    path.chmod(0o600)
    return path


@asynccontextmanager
async def whole(
    folder: Path,
    storage_url: str = "",
    changes: Mapping[str, str] | None = None,
    environment: Mapping[str, str] = ENVIRONMENT,
    **account: object,
) -> AsyncIterator[Whole]:
    """Run the project's own configuration against a sandbox from `START` on."""
    async with sandbox.running(seed=1) as platform, aiohttp.ClientSession() as session:
        url = storage_url or f"sqlite:///{folder}/hetang.db"
        sockets = platform.url.replace("http", "ws", 1)
        given = {
            old: new.replace("WS_SANDBOX", sockets).replace("SANDBOX", platform.url)
            for old, new in (changes or {}).items()
        }
        config = load(write_config(folder, platform.url, url, given), environment)
        async with session.post(f"{platform.url}/_sandbox/clock", json={"set": START}) as answer:
            assert answer.status == 200
        async with serving(config, clock=platform.url, port=0) as program:
            running = Whole(program, session, platform.url)
            await running.post(
                "account",
                name="shop",
                kind="official_account",
                callback_url=f"{program.url}/callback/shop",
                app_id=APP_ID,
                secret=ENVIRONMENT["SHOP_APP_SECRET"],
                token=ENVIRONMENT["SHOP_TOKEN"],
                encoding_aes_key=AES_KEY,
                **account,
            )
            yield running
