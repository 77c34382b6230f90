"""A run leaves nothing behind; what a killed one left is swept by the next, and only that."""

import subprocess
import sys
from pathlib import Path

from bot.demo import folder

KILLED = """
import os, signal, sys
from pathlib import Path
from bot.demo.folder import opened
with opened(Path(sys.argv[1])) as home:
    (home / "demo.db").write_text("much")
    print(home, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _killed(home: Path) -> Path:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(home)], capture_output=True, text=True, check=False
    )
    assert ran.returncode < 0
    return Path(ran.stdout.strip())


def test_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    with folder.opened(tmp_path) as home:
        (home / "demo.db").write_text("much")
        assert home.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept_and_the_living_are_spared(tmp_path: Path) -> None:
    strangers = tmp_path / "hetang-demo-of-somebody"
    strangers.mkdir()
    left = _killed(tmp_path)
    assert (left / "demo.db").exists()
    with folder.opened(tmp_path) as mine:
        assert not left.exists()
        with folder.opened(tmp_path) as other:
            assert mine.exists()
            assert other.exists()
    assert list(tmp_path.iterdir()) == [strangers]
