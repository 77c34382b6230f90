"""Plug-ins are found by their folder, and a broken one stops the start with its name."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.discovery import CHANNELS, HANDLERS, RULE_KINDS, plugins
from bot.domain.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package without modules."""
    package = tmp_path / "plugs_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield package
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


def test_every_plug_in_of_the_project_has_its_constant() -> None:
    assert "official_account" in plugins(*CHANNELS)
    assert "send" in plugins(*RULE_KINDS)
    assert all(isinstance(found, tuple) for found in plugins(*HANDLERS).values())


def test_modules_are_found_in_order_and_shared_parts_are_none(folder: Path) -> None:
    for name in ("b", "a", "_shared"):
        (folder / f"{name}.py").write_text("PLUG = __name__\n", encoding="utf-8")
    assert list(plugins(folder.name, "PLUG")) == ["a", "b"]


def test_a_file_without_its_constant_stops_the_start_with_its_name(folder: Path) -> None:
    (folder / "good.py").write_text("PLUG = 1\n", encoding="utf-8")
    (folder / "empty.py").write_text("", encoding="utf-8")
    (folder / "broken.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    with pytest.raises(ConfigError) as stopped:
        plugins(folder.name, "PLUG")
    assert [line.split(": ")[0] for line in stopped.value.problems] == [
        "plugs_of_a_test.broken",
        "plugs_of_a_test.empty",
    ]
