"""What starts loads what it needs, and nothing that only others need: held by names, since times vary."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.whole import ENVIRONMENT, ROOT, write_config

# Each needs tens or hundreds of milliseconds, and none of these programs uses it.
PICTURES = {"matplotlib", "numpy", "PIL"}
TABLES = {"openpyxl", "xlsxwriter", "python_calamine"}
CHORES = {"wechatpy", "requests", "alembic"}
PLAY = {"bot.demo", "bot.sandbox"}
SERVING = {"aiohttp", "uvloop", "apscheduler", "prometheus_client", "bot.app", "bot.web", "scheduler.jobs"}
STORING = {"sqlalchemy", "sqlmodel", "storage"}
READING = {"pydantic_core", "yaml", "jinja2", "structlog", "asyncio", "bot.config", "bot.opening"}
NEVER = PICTURES | TABLES | CHORES | PLAY

TYPED = """
import sys
from bot.__main__ import main
sys.argv = ["hetang", *{words!r}]
try:
    main()
except SystemExit as done:
    assert done.code in (0, None), done.code
"""
SERVED = """
import asyncio, os, sys
from pathlib import Path
import bot.cli.run
from bot.app import load, serving

async def serve():
    async with serving(load(Path({words[0]!r}), os.environ), port=0) as program:
        async with asyncio.timeout(30):
            while not program.heart.pulse.beats:
                await asyncio.sleep(0.05)

asyncio.run(serve())
"""
LISTED = "\nprint('\\n'.join(sys.modules), file=sys.stderr)\n"


def loaded(program: str, *words: str) -> set[str]:
    """Return the modules a fresh interpreter holds after a program, packages above them included."""
    ran = subprocess.run(
        [sys.executable, "-c", program.format(words=list(words)) + LISTED],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **ENVIRONMENT},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    return set(ran.stderr.splitlines())


@pytest.fixture
def config(tmp_path: Path, sqlite_url: str) -> str:
    return str(write_config(tmp_path, "http://127.0.0.1:9", sqlite_url, {}))


def test_the_list_of_commands_needs_no_database_no_network_and_no_configuration() -> None:
    modules = loaded(TYPED, "--help")
    assert modules & (NEVER | SERVING | STORING | READING) == set()
    assert "typer" in modules


def test_check_needs_no_database_and_no_network(config: str) -> None:
    modules = loaded(TYPED, "check", "--config", config)
    assert modules & (NEVER | SERVING | STORING | {"structlog"}) == set()
    assert "bot.config" in modules


@pytest.mark.parametrize("words", [("pause",), ("outbox", "list"), ("rules", "list")])
def test_a_command_at_the_desk_needs_no_network(config: str, words: tuple[str, ...]) -> None:
    modules = loaded(TYPED, *words, "--config", config)
    assert modules & (NEVER | SERVING) == set()
    assert "storage" in modules


def test_serving_loads_nothing_that_only_chores_tables_pictures_and_the_demo_need(config: str) -> None:
    modules = loaded(SERVED, config)
    assert modules & NEVER == set()
    assert modules >= SERVING


def test_what_a_program_loads_is_seen() -> None:
    assert {"wechatpy", "requests"} <= loaded("import sys\nimport bot.channels._official.chores  # {words}\n")
