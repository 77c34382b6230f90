"""Runtime switches: the brakes an operator pulls, kept in the database so that a restart keeps them.

``paused`` stops every send, ``fenced`` is how a restored backup opens; ``rule:NAME``, ``campaign:NAME`` and
``template:NAME`` pause one of these and ``account:NAME`` an account; ``arms:NAME`` holds the weights of the
arms of a rule's experiment, ``activity:NAME`` whether an operator opened or closed it. A switch is on when
its value is not empty. Nobody but this module reads or writes their table.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.domain import programs
from storage.dialect import replacing, upsert
from storage.reading import Query
from storage.tables import table
from storage.tables.operations import SwitchRow

SWITCH = table(SwitchRow)
PAUSED = "paused"
FENCED = "fenced"
ACCOUNT = "account:"
ARMS = "arms:"
ACTIVITY = "activity:"
# A restored backup stays shut whatever else an operator said.
BRAKES = (FENCED, PAUSED)
ON = "on"


def turn_on(connection: Connection, name: str, by: str, now: datetime, value: str = ON) -> None:
    """Turn a switch on, with who did it."""
    row = {"name": name, "value": value, "at": now, "by": by}
    upsert(connection, SWITCH, [row], ["name"], replacing("value", "at", "by"))


def turn_off(connection: Connection, name: str) -> bool:
    """Turn a switch off; tell whether it was on."""
    return connection.execute(delete(SWITCH).where(SWITCH.c.name == name)).rowcount > 0


def is_on(connection: Connection, name: str) -> bool:
    """Tell whether a switch is on."""
    return bool(connection.execute(select(SWITCH.c.value).where(SWITCH.c.name == name)).scalar())


def all_on(connection: Connection) -> dict[str, str]:
    """Return the switches that are on, with their values."""
    return {name: value for name, value in _ALL.rows(connection) if value}


def named(on: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return the names of one kind (``rule:``, ``account:`` …) whose switches are on, with their values."""
    return {name.removeprefix(kind): value for name, value in on.items() if name.startswith(kind)}


def brake(on: Mapping[str, str]) -> str:
    """Return why nothing at all may be sent, ``fenced`` or ``paused``, or an empty string."""
    return next((name for name in BRAKES if name in on), "")


def without_brakes(on: Mapping[str, str]) -> dict[str, str]:
    """Return the switches as they would be if everything were resumed."""
    return {name: value for name, value in on.items() if name not in BRAKES}


def stopped(connection: Connection) -> str:
    """Return why nothing may be sent now, ``fenced`` or ``paused``, or an empty string."""
    return brake(all_on(connection))


def orders(on: Mapping[str, str]) -> tuple[frozenset[str], dict[str, str]]:
    """Return the rules an operator paused, and the weights of arms in force by rule."""
    return frozenset(named(on, programs.RULE)), named(on, ARMS)


def activities(on: Mapping[str, str]) -> dict[str, str]:
    """Return which activities an operator opened or closed, by name."""
    return named(on, ACTIVITY)


# Asked at every beat, so compiled once.
_ALL = Query(lambda _connection: select(SWITCH.c.name, SWITCH.c.value))
