"""Running one command: its exit code, and one line for whatever goes wrong."""

import os
import sys

from bot import cli
from bot.cli.options import BAD_CONFIG, FAILED, NO_SUCH_MEMBER, complain
from bot.cli.shelf import group
from bot.cli.words import say
from bot.domain.errors import ConfigError, HetangError, NoSuchMember, StorageUnavailable

ABOUT = "荷塘：微信社群运营助手 / WeChat community operations agent"
INTERRUPTED = 130


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; whatever goes wrong is one line, never a stack trace."""
    try:
        group(cli, ABOUT, completion=True)(arguments, prog_name="hetang")
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
    from bot.logs import (
        without_secrets,
    )  # here, for it brings what writes logs, and most commands log nothing

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
