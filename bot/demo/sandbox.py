"""The pretend platform in a process of its own, and everything the demo asks of it, over HTTP."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp

from bot.demo.reactions import Received
from bot.demo.settings import ACCOUNT

_PATIENCE = 15.0
# A slice of virtual time may be a lot of work; the sandbox itself goes on past a stalled follower.
_SLICE = aiohttp.ClientTimeout(total=600)
Row = dict[str, Any]


class Sandbox:
    """The control API at one address."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        """Talk to `url` through `session`."""
        self.url = url
        self._session = session
        self._seen = 0
        self._addresses: dict[str, str] = {}
        self.elsewhere: list[Row] = []

    async def post(self, verb: str, **body: object) -> Row:
        """Return the JSON answer of a control request; raise RuntimeError with its sentence if refused."""
        async with self._session.post(f"{self.url}/_sandbox/{verb}", json=body) as answer:
            found: Row = await answer.json()
            if answer.status != 200:
                raise RuntimeError(f"sandbox {verb}: {found.get('error', answer.status)}")
            return found

    async def get(self, what: str, **query: str) -> list[Row]:
        """Return what the sandbox shows."""
        async with self._session.get(f"{self.url}/_sandbox/{what}", params=query) as answer:
            answer.raise_for_status()
            found: list[Row] = await answer.json()
            return found

    async def walk(self, moment: datetime) -> None:
        """Walk (or, the first time, jump) to a moment."""
        await self.post("clock", set=moment.isoformat())

    async def addresses(self) -> Mapping[str, str]:
        """Return the platform's address of every member by name; only those who came since are asked for."""
        rows = await self.get("members", after=str(len(self._addresses)))
        self._addresses |= {row["name"]: row["openid"] for row in rows}
        return self._addresses

    async def codes(self) -> list[str]:
        """Return the scenes of members' own codes, in the order in which they were made."""
        rows = await self.get("codes", account=ACCOUNT)
        return [row["scene"] for row in rows if row["temporary"]]

    async def news(self) -> list[Received]:
        """Return what reached members of the account since the last look; the rest is kept `elsewhere`."""
        rows = await self.get("outbox", after=str(self._seen))
        self._seen += len(rows)
        self.elsewhere += [row for row in rows if row["account"] != ACCOUNT]
        return received([row for row in rows if row["account"] == ACCOUNT])


def received(rows: Sequence[Mapping[str, Any]]) -> list[Received]:
    """Return outbox rows of the sandbox as messages."""
    return [
        Received(
            datetime.fromisoformat(row["at"]),
            row["member"],
            row["openid"],
            row["route"],
            row["kind"],
            row["text"],
        )
        for row in rows
    ]


@asynccontextmanager
async def started(seed: int) -> AsyncIterator[Sandbox]:
    """A sandbox in its own process (so on its own core) for as long as the block lasts, or we do."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", str(port), "--seed", str(seed),
        "--while-stdin-is-open", stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession(timeout=_SLICE) as session:
            sandbox = Sandbox(f"http://127.0.0.1:{port}", session)
            await _up(sandbox, process)
            yield sandbox
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _up(sandbox: Sandbox, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"the sandbox ended at once, with {process.returncode}")
            try:
                await sandbox.get("clock")
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
            else:
                return


def free_port(wanted: int = 0) -> int:
    """Return the wanted port of loopback if nobody has it, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError("no free port on 127.0.0.1")
