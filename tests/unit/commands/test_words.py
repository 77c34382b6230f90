"""The catalogue of commands: complete in both languages for whatever commands say."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import speaking
from bot.command_post import TEMPLATES
from bot.discovery import COMMANDS, plugins
from bot.domain.commanding.command import Command, Level
from bot.domain.commanding.saying import Said, lines, listed, say
from bot.speaking import CUT, MOST_BYTES, Speaker

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("handlers/commands", "bot/domain/commanding", "bot/spoken_time", "storage/commands")
KNOWN = speaking.read(TEMPLATES)
ALL: dict[str, Command] = plugins(*COMMANDS)
# Calls whose first argument names a sentence.
# What came of a brake, which its commands tell in words of their own.
INSIDE = {"stopped", "already_stopped", "chosen", "same", "settled", "not_held"}
NAMING = frozenset({"say", "wrong", "Done"})


def _names(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _names(node.body)
        yield from _names(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def said() -> set[str]:
    """Return every sentence that code names outright."""
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    found: set[str] = set()
    for file in [*files, ROOT / "bot" / "commanding.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMING and node.args:
                found |= set(_names(node.args[0]))
    return found


def test_everything_said_is_in_the_catalogue() -> None:
    assert said() - KNOWN.keys() == INSIDE
    assert len(said()) > 60


@pytest.mark.parametrize("command", ALL.values(), ids=lambda one: one.alias)
def test_a_command_says_what_it_does_and_how_it_is_written(command: Command) -> None:
    for name in (f"does_{command.alias}", f"use_{command.alias}", f"may_{command.permission}"):
        assert set(KNOWN[name]) == {"zh", "en"}
    used = KNOWN[f"use_{command.alias}"]["zh"]
    assert used.removeprefix("/").split()[0] in command.names
    assert (command.level is Level.READ) <= (command.permission == "read")


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_sentence_asks_for_the_same_in_both_languages(name: str) -> None:
    fields = [
        {field for _, field, _, _ in string.Formatter().parse(one) if field} for one in KNOWN[name].values()
    ]
    assert fields[0] == fields[1]


def test_a_long_answer_ends_at_a_line() -> None:
    speaker = Speaker({"row": {"zh": "第 {number} 行的内容"}}, "zh")
    told = speaker.worded(lines(say("row", number=number) for number in range(400)))
    assert len(told.encode()) <= MOST_BYTES
    assert told.endswith(f"行的内容\n{CUT}")
    assert speaker.worded(listed([Said(plain="a")])) == ""
