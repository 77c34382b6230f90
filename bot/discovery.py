"""Plug-ins are found by where they are: one new file in a folder is one new behaviour.

A module whose name begins with ``_`` is a shared part of its neighbours and no plug-in.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from bot.domain.errors import ConfigError

CHANNELS = ("bot.channels", "CHANNEL")
HANDLERS = ("handlers", "HANDLERS")
COMMANDS = ("handlers.commands", "COMMAND")
RULE_KINDS = ("scheduler.rules", "RULE_KIND")
INSIGHTS = ("scheduler.insight", "INSIGHT")


def plugins(folder: str, constant: str) -> dict[str, Any]:
    """Return what each module of a package offers under `constant`, by module name, in order.

    A module that cannot be imported or lacks the constant stops start-up with its name.
    """
    package = _imported(folder)
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name in _names(package):
        try:
            module = _imported(f"{folder}.{name}")
        except ConfigError as error:
            problems += error.problems
            continue
        if hasattr(module, constant):
            found[name] = getattr(module, constant)
        else:
            problems.append(f"{folder}.{name}: a file in this folder must define {constant}")
    if problems:
        raise ConfigError(problems)
    return found


def _names(package: ModuleType) -> list[str]:
    """Return the names of the plug-in modules of a package, sorted."""
    found = pkgutil.iter_modules(package.__path__)
    return sorted(module.name for module in found if not module.ispkg and not module.name.startswith("_"))


def _imported(name: str) -> ModuleType:
    """Return the module; whatever its import raises becomes one problem with its name."""
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise ConfigError([f"{name}: cannot be imported: {type(error).__name__}: {error}"]) from error
