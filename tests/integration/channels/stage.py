"""A sandbox with one account whose callbacks reach our door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.channels.official_account import OfficialAccount
from bot.domain.account import MenuButton
from bot.domain.channel import Delivery
from bot.domain.content import Content
from bot.sandbox import Running, running
from tests.integration.channels.rig import Desk, RememberedTokens, nonce, open_door
from tests.payloads.correspondent import SETTINGS

START = "2026-12-01T10:00:00+08:00"


@dataclass
class SandboxClock:
    """The sandbox's own clock."""

    running: Running

    def now(self) -> datetime:
        return self.running.world.clock.now().astimezone(UTC)


@dataclass
class Scene:
    """A sandbox with one account whose callbacks reach our door."""

    sandbox: Running
    session: aiohttp.ClientSession
    channel: OfficialAccount
    desk: Desk

    async def do(self, act: str, **body: object) -> Any:  # noqa: ANN401 - whatever the sandbox answers
        body = {("from" if key == "from_" else key): value for key, value in body.items()}
        async with self.session.post(f"{self.sandbox.url}/_sandbox/{act}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def ask(self, name: str, **query: str) -> Any:  # noqa: ANN401 - whatever the sandbox answers
        async with self.session.get(f"{self.sandbox.url}/_sandbox/{name}", params=query) as response:
            return await response.json()

    async def address(self, name: str) -> str:
        return str((await self.ask("members", member=name))[0]["openid"])

    async def send(self, to: str, content: Content, method: str = "customer_service", key: str = "") -> str:
        accepted = await self.channel.send(Delivery(method, (await self.address(to),), content, key))
        return accepted.platform_id

    async def broken_rules(self) -> list[str]:
        return [row["rule"] for row in await self.ask("violations")]


@asynccontextmanager
async def staged(session: aiohttp.ClientSession) -> AsyncIterator[Scene]:
    """The scene, at ten in the morning, with the address verified."""
    async with running(seed=11) as sandbox:
        clock = SandboxClock(sandbox)
        menu = (
            MenuButton("签到", click="check_in"),
            MenuButton("我的", children=(MenuButton("店", url="https://a.b"),)),
        )
        settings = replace(SETTINGS, api_base=sandbox.url, menu=menu)
        channel = OfficialAccount(settings, session, RememberedTokens(), clock, nonce)
        desk = Desk(clock=clock)
        async with open_door(channel, desk, clock) as (url, _):
            stage = Scene(sandbox, session, channel, desk)
            await stage.do("clock", set=START)
            registered = await stage.do(
                "account",
                name="shop",
                kind="official_account",
                callback_url=f"{url}/callback/shop",
                app_id=settings.app_id,
                secret=settings.app_secret,
                token=settings.token,
                encoding_aes_key=settings.encoding_aes_key,
            )
            assert registered["verified"] is True
            yield stage
