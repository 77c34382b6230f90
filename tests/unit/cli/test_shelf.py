"""Commands are found by where they lie, told by their text, and imported when they are used."""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.core import TyperGroup

from bot import cli
from bot.cli.commands import ABOUT
from bot.cli.shelf import Unread, commands, group
from bot.domain.errors import ConfigError

COMMAND = """\
NAME = "do-it"


def command() -> None:
    '''做 / do it.'''
    print("done")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable folder of commands, empty."""
    package = tmp_path / "commands_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield package
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


def opened(package: Path) -> TyperGroup:
    return group(importlib.import_module(package.name), "a test")


def really_there(package: ModuleType) -> Iterator[tuple[str, str, str]]:
    """Yield module, name and help of every command and group below a package, by importing them all."""
    for one in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{one.name}")
        if one.ispkg:
            yield module.__name__, module.NAME, inspect.getdoc(module) or ""
            yield from really_there(module)
        elif hasattr(module, "command"):
            yield module.__name__, module.NAME, inspect.getdoc(module.command) or ""


def told(package: ModuleType) -> Iterator[tuple[str, str, str]]:
    for found in commands(package):
        yield found.module, found.name, found.help
        if found.is_group:
            yield from told(importlib.import_module(found.module))


def test_what_is_told_of_each_command_is_what_its_module_says() -> None:
    assert list(told(cli)) == list(really_there(cli))
    assert len(list(told(cli))) > 30


def test_a_command_from_the_shelf_is_the_modules_own(capsys: pytest.CaptureFixture[str]) -> None:
    pause = group(cli, ABOUT).commands["pause"]
    assert isinstance(pause, Unread)
    itself = pause.opened()
    assert (itself.name, itself.help) == (pause.name, pause.help)
    assert {"--config", "--json"} <= {option for one in itself.params for option in one.opts}


def test_one_new_file_adds_a_command_and_is_imported_when_used(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "doing.py").write_text(COMMAND, encoding="utf-8")
    (folder / "shared.py").write_text("raise RuntimeError('nobody asked for this')\n", encoding="utf-8")
    shelf = opened(folder)
    shelf(["--help"], standalone_mode=False)
    assert "do-it  做 / do it." in capsys.readouterr().out
    assert f"{folder.name}.doing" not in sys.modules
    shelf(["do-it"], standalone_mode=False)
    assert capsys.readouterr().out == "done\n"
    assert f"{folder.name}.doing" in sys.modules


def test_a_folder_is_a_group_and_shows_its_own_commands(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "__init__.py").write_text('"""里面 / inside."""\n\nNAME = "in"\n', encoding="utf-8")
    (folder / "inner" / "doing.py").write_text(COMMAND, encoding="utf-8")
    shelf = opened(folder)
    shelf(["--help"], standalone_mode=False)
    assert "in  里面 / inside." in capsys.readouterr().out
    shelf(["in", "do-it"], standalone_mode=False)
    assert capsys.readouterr().out == "done\n"


def test_a_command_that_cannot_be_imported_harms_no_other(folder: Path) -> None:
    (folder / "doing.py").write_text(COMMAND, encoding="utf-8")
    broken = COMMAND.replace("do-it", "broken").replace("NAME", "import nothing_of_this_name\n\nNAME", 1)
    (folder / "harmed.py").write_text(broken, encoding="utf-8")
    shelf = opened(folder)
    shelf(["do-it"], standalone_mode=False)
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        shelf(["broken"], standalone_mode=False)


@pytest.mark.parametrize("named", ["", "NAME = name_of()\n"])
def test_a_command_without_its_name_stops_with_its_file(folder: Path, named: str) -> None:
    (folder / "nameless.py").write_text(COMMAND.replace('NAME = "do-it"\n', named), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"nameless\.py"):
        opened(folder)
