"""Where a command works: the configuration, the open database, the clock, and the audit of what it did."""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.cli.options import config_at, fail
from bot.cli.words import say
from bot.config.model import Config
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import NoSuchMember
from bot.domain.events import Scalar
from bot.opening import open_database
from storage import audit, lookup
from storage.database import Connection, Database

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Desk:
    """One command's place of work."""

    config: Config
    database: Database
    clock: Clock

    @property
    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self.clock.now()

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in a transaction of its own."""
        return self.database.transact(work)

    def write(
        self, action: str, target: str, work: Callable[[Connection], Result], **details: Scalar
    ) -> Result:
        """Run `work` and note in the same transaction that it was done, by whom and to what."""
        entry = audit.Entry(actor(), action, target, details)

        def noted(c: Connection) -> Result:
            result = work(c)
            audit.note(c, entry, self.now)
            return result

        return self.database.transact(noted)

    def note(self, action: str, target: str, **details: Scalar) -> None:
        """Note an act that wrote nothing here, such as reading somebody's data."""
        self.write(action, target, lambda _c: None, **details)

    def member(self, name: str) -> int:
        """Return the member meant; raise NoSuchMember when nobody or more than one answers to it."""
        found = self.read(lambda c: lookup.members(c, name))
        if len(found) == 1:
            return found[0]
        if found:
            raise NoSuchMember(say("several_members", name=name, count=len(found)))
        raise NoSuchMember(say("no_such_member", name=name))

    def account(self, name: str) -> str:
        """Return the account's name, or leave with the names there are."""
        if name not in self.config.accounts:
            fail(say("no_such_account", name=name, known="、".join(self.config.accounts)))
        return name

    def connected(self, name: str) -> str:
        """Return the name of an account of any kind, or leave with the names there are."""
        if name not in self.config.connected:
            fail(say("no_such_account", name=name, known="、".join(self.config.connected)))
        return name


@contextmanager
def opened(path: Path) -> Iterator[Desk]:
    """Open the configured database for one command."""
    config = config_at(path)
    with open_database(config) as database:
        yield Desk(config, database, clock())


def clock() -> Clock:
    """Return the system's clock, or one standing at a sandbox's present when HETANG_CLOCK names one."""
    url = os.environ.get("HETANG_CLOCK", "")
    if not url:
        return SystemClock()
    # Here, since only an acceptance run has a sandbox to ask, and asking needs an HTTP client.
    import asyncio

    from bot.following import FollowedClock, clock_url, first_look

    return FollowedClock(asyncio.run(first_look(clock_url(url))))


def actor() -> str:
    """Return who works here, as the audit names them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"
