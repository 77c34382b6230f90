"""Where a run keeps its data: in memory where there is room, gone with the run, swept after a killed one."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "hetang-demo-"
# Locked by whoever lives in the folder; the lock of one that was killed is free.
ALIVE = "alive"
MEMORY = Path("/dev/shm")  # noqa: S108  only tempfile makes a folder in it
_ROOM = 512 * 1024 * 1024


@contextmanager
def opened(memory: Path = MEMORY) -> Iterator[Path]:
    """A folder for one run. Nobody keeps the demo's data, so no disk need wait for it."""
    home = memory if _is_roomy(memory) else Path(tempfile.gettempdir())
    sweep(home)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=home) as name:
        folder = Path(name)
        with (folder / "to be locked").open("w") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
            # Only now under the name that others look for: they never find it unlocked.
            Path(mark.name).rename(folder / ALIVE)
            yield folder


def sweep(home: Path) -> None:
    """Remove the folders of runs that were killed; those of the living, and of others, are left alone."""
    for mark in home.glob(f"{PREFIX}*/{ALIVE}"):
        with suppress(OSError), mark.open("r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(mark.parent, ignore_errors=True)


def _is_roomy(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free > _ROOM and os.access(folder, os.W_OK)
    except OSError:
        return False
