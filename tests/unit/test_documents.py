"""What the documents say of the program is so: commands, links, files, and the example that is shown."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import cli
from bot.cli.commands import ABOUT
from bot.cli.shelf import Unread, group
from bot.domain.effects import Reply
from bot.domain.events import MESSAGE, InboundEvent
from bot.domain.handling import Settings
from bot.domain.members import Member
from tools.house import ROOT

READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (*READMES, "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md", "DECISIONS.md", "deploy/README.md")
SAID = re.compile(r"`(?:hetang|make) [^`]+`|^    (?:hetang|make) [^#\n]+", re.MULTILINE)
# Shown as what somebody might add; they must not exist, or the text misleads.
EXAMPLES = {
    "handlers/x.py",
    "handlers/parking.py",
    "scheduler/rules/x.py",
    "scheduler/insight/x.py",
    "bot/channels/x.py",
    "bot/cli/x.py",
}
TO_COME = {"scheduler/insight/"}
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}

    def walk(command: object, path: tuple[str, ...]) -> None:
        command = command.opened() if isinstance(command, Unread) else command
        found[path] = command
        for name, each in getattr(command, "commands", {}).items():
            walk(each, (*path, name))

    walk(group(cli, ABOUT), ())
    return found


def unknown_words(line: str, known: dict[tuple[str, ...], Any]) -> list[str]:
    """Return what a line asks of `hetang` that is neither a command nor an option of it."""
    words = line.strip("` ").split()[1:]
    path: tuple[str, ...] = ()
    for word in words:
        names = word.split("|")
        if (*path, names[0]) not in known:
            break
        if any((*path, name.rstrip("\\")) not in known for name in names):
            return [word]
        path = (*path, names[0].rstrip("\\"))
    if getattr(known[path], "commands", None):
        return words or [line]
    options = {option for each in known[path].params for option in each.opts}
    return [word for word in words if word.startswith("-") and word not in options]


def said(name: str, program: str) -> Iterator[str]:
    for found in SAID.findall(text_of(name)):
        line = found.strip().strip("`").replace("[--force]", "--force").replace("\\|", "|")
        if line.startswith(program):
            yield line.partition("&&")[0]


@pytest.mark.parametrize("name", [*READMES, "deploy/README.md"])
def test_every_command_a_document_names_exists_with_its_options(name: str) -> None:
    known = commands()
    lines = list(said(name, "hetang "))
    assert lines
    assert {line: wrong for line in lines if (wrong := unknown_words(line, known))} == {}


@pytest.mark.parametrize(
    "line", ["hetang cheque", "hetang check --jason", "hetang rules stop NAME", "hetang members"]
)
def test_a_command_that_does_not_exist_is_seen(line: str) -> None:
    assert unknown_words(line, commands())


@pytest.mark.parametrize("name", READMES)
def test_every_make_target_a_document_names_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert {line.split()[1] for line in said(name, "make ")} <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_and_file_a_document_names_is_there(name: str) -> None:
    text = text_of(name)
    home = (ROOT / name).parent
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    files = re.findall(r"`((?:bot|handlers|scheduler|storage|tests|deploy|tools|docs)/[\w./-]+)`", text)
    missing = [link for link in links if not (home / link).exists()]
    missing += [file for file in files if file not in EXAMPLES | TO_COME and not (ROOT / file).exists()]
    missing += [f"{file} is an example and there" for file in EXAMPLES if (ROOT / file).exists()]
    assert missing == []


def test_both_readmes_tell_the_same_commands_and_have_as_many_parts() -> None:
    told = [{re.sub(r"\s+", " ", line) for line in said(name, "hetang ")} for name in READMES]
    assert told[0] == told[1]
    assert len({len(re.findall(r"^##+ ", text_of(name), re.MULTILINE)) for name in READMES}) == 1


@pytest.mark.parametrize("name", READMES)
def test_the_handler_shown_to_newcomers_works_as_it_stands(name: str) -> None:
    shown = re.search(r'^    """Members who.*?^    HANDLERS[^\n]+\n', text_of(name), re.MULTILINE | re.DOTALL)
    assert shown is not None
    made: dict[str, Any] = {}
    exec(re.sub(r"^    ", "", shown[0], flags=re.MULTILINE), made)  # noqa: S102  our own document
    handler = made["HANDLERS"][0]
    member = Member(id=1, known_since=NOW)

    def heard(text: str) -> list[Any]:
        event = InboundEvent("k", "shop", MESSAGE, NOW, "shop:o1", text=text)
        return list(handler.handle(event, member, Settings(), NOW))

    assert [effect.template for effect in heard("停车") if isinstance(effect, Reply)] == ["answers/parking"]
    assert heard("你好") == []
