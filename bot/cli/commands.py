"""All commands: a file of this folder that defines NAME and `command` is one, a folder with NAME a group."""

import importlib
import os
import pkgutil
import sys
from types import ModuleType

import typer

from bot import cli
from bot.cli.options import BAD_CONFIG, FAILED, NO_SUCH_MEMBER, complain
from bot.cli.words import say
from bot.domain.errors import ConfigError, HetangError, NoSuchMember, StorageUnavailable
from bot.logs import without_secrets

INTERRUPTED = 130


def _typer(text: str | None) -> typer.Typer:
    return typer.Typer(help=text, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def _built(package: ModuleType, app: typer.Typer) -> typer.Typer:
    """Add every command and group of a package to the app."""
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        if found.ispkg:
            app.add_typer(_built(module, _typer(module.__doc__)), name=module.NAME)
        elif hasattr(module, "command"):
            settings = getattr(module, "CONTEXT", None)
            app.command(name=module.NAME, context_settings=settings)(module.command)
    return app


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; whatever goes wrong is one line, never a stack trace."""
    try:
        app = _built(cli, _typer("荷塘：微信社群运营助手 / WeChat community operations agent"))
        typer.main.get_command(app)(arguments, prog_name="hetang")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else FAILED
    except KeyboardInterrupt:
        complain(say("interrupted"))
        return INTERRUPTED
    except Exception as error:  # the outermost loop of the command line
        if os.environ.get("HETANG_DEBUG"):
            raise
        return _explained(error)
    return 0


def _explained(error: Exception) -> int:
    if isinstance(error, NoSuchMember):
        complain(str(error))
        return NO_SUCH_MEMBER
    if isinstance(error, ConfigError):
        for problem in error.problems:
            complain(problem)
        return BAD_CONFIG
    if isinstance(error, StorageUnavailable):
        complain(say("no_database", error=without_secrets(str(error).partition("\n")[0])))
    elif isinstance(error, HetangError):
        complain(without_secrets(str(error)))
    elif isinstance(error, BrokenPipeError):
        sys.stderr.close()
    else:
        complain(say("unforeseen", kind=type(error).__name__, error=without_secrets(str(error))))
    return FAILED
