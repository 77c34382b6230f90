"""Runtime switches: the brakes an operator pulls, kept in the database so that a restart keeps them.

``paused`` stops every send, ``fenced`` is how a restored backup opens, ``rule:NAME`` pauses a rule and
``account:NAME`` an account. A switch is on when its value is not empty.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.dialect import replacing, upsert
from storage.reading import Query
from storage.tables import table
from storage.tables.operations import SwitchRow

SWITCH = table(SwitchRow)
PAUSED = "paused"
FENCED = "fenced"
RULE = "rule:"
ACCOUNT = "account:"
CAMPAIGN = "campaign:"
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


def stopped(connection: Connection) -> str:
    """Return why nothing may be sent now, ``fenced`` or ``paused``, or an empty string."""
    switches = all_on(connection)
    return next((name for name in (FENCED, PAUSED) if name in switches), "")


def paused_rules(connection: Connection) -> frozenset[str]:
    """Return the rules an operator paused."""
    return frozenset(name.removeprefix(RULE) for name in all_on(connection) if name.startswith(RULE))


# Asked at every beat, so compiled once.
_ALL = Query(lambda _connection: select(SWITCH.c.name, SWITCH.c.value))
