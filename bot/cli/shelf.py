"""The commands there are, read from their files; a file is imported only when somebody uses its command.

A file of a folder that defines NAME and `command` is a command, a folder that defines NAME a group. To list
them their text is looked at: nearly every command needs a database, and a list of their names does not.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from bot.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Found:
    """A command or a group of commands: its module, its name on the command line, its help."""

    module: str
    name: str
    help: str
    is_group: bool


class Unread(TyperCommand):
    """A command or group that can be listed; it is imported when it is used."""

    def __init__(self, found: Found) -> None:
        """Know the name and the help, and nothing else yet."""
        super().__init__(found.name, help=found.help, rich_markup_mode=None)
        self._found = found

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401  typer keeps the class to itself
        **extra: Any,  # noqa: ANN401  as typer has it
    ) -> Any:  # noqa: ANN401  typer keeps the class to itself
        """Return the context of the command itself, which takes this one's place."""
        return self.opened().make_context(info_name, args, parent, **extra)

    def opened(self) -> TyperCommand | TyperGroup:
        """Return the command itself, or the group with its own commands still unread."""
        module = importlib.import_module(self._found.module)
        if self._found.is_group:
            return group(module, self._found.help)
        app = _typer(None, completion=False)
        settings = getattr(module, "CONTEXT", None)
        app.command(name=self._found.name, context_settings=settings)(module.command)
        return cast("TyperCommand", typer.main.get_command(app))


def group(package: ModuleType, text: str, *, completion: bool = False) -> TyperGroup:
    """Return a package as a group of commands; raise ConfigError when one of its files lacks its NAME."""
    app = _typer(text, completion=completion)
    # Without a callback typer would take an empty shelf for a mistake.
    app.callback()(lambda: None)
    made = cast("TyperGroup", typer.main.get_command(app))
    made.commands = {found.name: Unread(found) for found in commands(package)}
    return made


def commands(package: ModuleType) -> Iterator[Found]:
    """Yield the commands and groups of a package, in the order of their files' names."""
    home = Path(package.__path__[0])
    for one in pkgutil.iter_modules(package.__path__):
        path = home / one.name / "__init__.py" if one.ispkg else home / f"{one.name}.py"
        told = _read(path, is_group=one.ispkg)
        if told is not None:
            yield Found(f"{package.__name__}.{one.name}", *told, is_group=one.ispkg)


def _read(path: Path, *, is_group: bool) -> tuple[str, str] | None:
    """Return the name and the help that a file tells, None when it is no command."""
    source = ast.parse(path.read_bytes(), str(path))
    named = [one for one in source.body if isinstance(one, ast.FunctionDef) and one.name == "command"]
    if not is_group and not named:
        return None
    for one in source.body:
        match one:
            case ast.Assign([ast.Name("NAME")], ast.Constant(str(name))):
                return name, inspect.cleandoc(ast.get_docstring(source if is_group else named[0]) or "")
    raise ConfigError([f"{path}: a command needs a NAME, written out as a text"])


def _typer(text: str | None, *, completion: bool) -> typer.Typer:
    return typer.Typer(
        help=text,
        no_args_is_help=text is not None,
        add_completion=completion,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
