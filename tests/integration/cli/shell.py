"""Commands as an operator runs them, against a pretend platform and a real database."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from sqlalchemy import text

from bot import sandbox
from bot.cli import commands
from storage.database import Connection, Database
from storage.privacy import Keyring
from tests.whole import AES_KEY, APP_ID, ENVIRONMENT, ROOT, START, write_config

Found = TypeVar("Found")
WITHIN_S = 50


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401  JSON of any shape
        """The one JSON document on standard output."""
        return json.loads(self.out)


@dataclass(slots=True)
class Shell:
    """A folder with a configuration, a database, a sandbox, and somebody typing commands."""

    folder: Path
    config: Path
    url: str
    sandbox_url: str
    session: aiohttp.ClientSession

    def environment(self, **more: str) -> dict[str, str]:
        given = {**ENVIRONMENT, "HETANG_CLOCK": self.sandbox_url, "PYTHONPATH": str(ROOT), **more}
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONWARNINGS": "error", **given}

    async def start(self, *words: str, **environment: str) -> asyncio.subprocess.Process:
        """Start a command and leave it running."""
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, "--config", str(self.config),
            cwd=self.folder, env=self.environment(**environment),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def run(self, *words: str, **environment: str) -> Ran:
        """Run a command to its end, here: a new process for each would cost seconds."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment(**environment).items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            async with asyncio.timeout(WITHIN_S):
                ran = await asyncio.to_thread(_typed, [*words, "--config", str(self.config)])
        assert "没料到的错误" not in ran.err, ran.err
        return ran

    async def done(self, *words: str, **environment: str) -> Any:  # noqa: ANN401  JSON of any shape
        """Run a command that must succeed and return its JSON document."""
        ran = await self.run(*words, "--json", **environment)
        assert ran.code == 0, ran.err
        return ran.document

    async def seen(self, statement: str, wanted: object) -> None:
        """Wait until a plain SQL statement gives this one value."""
        async with asyncio.timeout(WITHIN_S):
            while self.rows(statement) != [(wanted,)]:  # noqa: ASYNC110  another process' doing
                await asyncio.sleep(0.1)

    async def order(self, act: str, **fields: object) -> Any:  # noqa: ANN401  JSON of any shape
        """Order the sandbox to do something."""
        async with self.session.post(f"{self.sandbox_url}/_sandbox/{act}", json=fields) as answer:
            body = await answer.json()
            assert answer.status == 200, body
            return body

    async def ask(self, what: str, **query: str) -> Any:  # noqa: ANN401  JSON of any shape
        """Ask the sandbox for one of its records."""
        async with self.session.get(f"{self.sandbox_url}/_sandbox/{what}", params=query) as answer:
            return await answer.json()

    def look(self, work: Callable[[Connection], Found]) -> Found:
        """Look into the database, or change it, past the commands."""
        ring = Keyring.of(ENVIRONMENT["HETANG_KEY"], ENVIRONMENT["HETANG_INDEX_KEY"], os.urandom)
        with Database.open(self.url, ring) as database:
            return database.transact(work)

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a plain SQL statement."""
        return self.look(lambda c: [tuple(row) for row in c.execute(text(statement), values)])


def _typed(words: list[str]) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = commands.run(words)
    return Ran(code, out.getvalue(), err.getvalue())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@asynccontextmanager
async def shell(
    folder: Path, url: str, changes: Mapping[str, str] | None = None, **account: object
) -> AsyncIterator[Shell]:
    """Open a shell beside a sandbox that knows the account `shop`."""
    async with sandbox.running(seed=1) as platform, aiohttp.ClientSession() as session:
        changes = {"port: 8080": f"port: {_free_port()}", **(changes or {})}
        config = write_config(folder, platform.url, url, changes)
        opened = Shell(folder, config, url, platform.url, session)
        await opened.order("clock", set=START)
        await opened.order(
            "account",
            name="shop",
            kind="official_account",
            app_id=APP_ID,
            secret=ENVIRONMENT["SHOP_APP_SECRET"],
            token=ENVIRONMENT["SHOP_TOKEN"],
            encoding_aes_key=AES_KEY,
            **account,
        )
        yield opened
