"""The file's present text swapped in when somebody wishes it: by SIGHUP, or an operator in chat."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from bot.config import text_of
from bot.domain.errors import ConfigError, StorageUnavailable
from bot.opening import inspect, load
from bot.program import Program

log = structlog.get_logger("app")


class Reloading:
    """Waits for the wish; what cannot run leaves the old configuration in place. To be made on the loop."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        """Read this file, with secrets from there."""
        self._path, self._environ = path, environ
        self._loop = asyncio.get_running_loop()
        self._again = asyncio.Event()

    def wish(self) -> None:
        """Wish it; on the loop."""
        self._again.set()

    def wish_apart(self) -> tuple[str, ...]:
        """Look at the file from a thread; return what stops it, a line each, else nothing, and wish it."""
        stopping = tuple(
            f"{one.path}: {one.message}" for one in inspect(self._path, self._environ) if one.level == "error"
        )
        if not stopping:
            self._loop.call_soon_threadsafe(self.wish)
        return stopping

    async def run(self, program: Program) -> None:
        """Swap for ever."""
        while True:
            await self._again.wait()
            self._again.clear()
            await self._swap(program)

    async def _swap(self, program: Program) -> None:
        try:
            await program.reload(load(self._path, self._environ))
            await program.remember(text_of(self._path))
        except ConfigError as error:
            for problem in error.problems:
                log.error("reload_refused", problem=problem)  # noqa: TRY400  this is a list for people
        except StorageUnavailable as error:
            log.warning("reload_interrupted", error=str(error))
        except Exception:  # a reload must never end the program; the old configuration goes on
            log.exception("reload_failed")
        else:
            await program.publish_menus()
