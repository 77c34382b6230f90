"""What commands order: carried out by storage, in the transaction that stores the line."""

from dataclasses import field
from datetime import datetime

from bot.domain.conditions import Condition
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value


@value
class TagMembers:
    """Put tags on members or take them off; `whom` are names as `storage.lookup` takes them."""

    whom: tuple[str, ...]
    tags: tuple[str, ...]
    add: bool


@value
class NoteMember:
    """Keep a note about a member for the next operator."""

    whom: str
    text: str


@value
class SaveCircle:
    """Keep a circle under a name."""

    name: str
    text: str
    tree: Condition


@value
class Brake:
    """Turn a switch on or off: ``paused``, ``rule:NAME``, ``campaign:NAME``."""

    switch: str
    on: bool


@value
class TakeCase:
    """Take a hand-off."""

    short: str


@value
class CloseCase:
    """Close a hand-off; what was held back for the member's sake is held no longer."""

    short: str


@value
class AnswerCase:
    """Write to the member of a hand-off that the operator took, by these routes."""

    short: str
    text: str
    via: tuple[str, ...]


@value
class TrySend:
    """Send a message to the members who are there for trying; it passes every gate like any other."""

    message: OutboxMessage
    whom: tuple[str, ...]


@value
class ChooseArm:
    """Give new members this arm of an experiment, empty: as the file says; see `experiments.choosing`."""

    whose: str
    arm: str


@value
class Undo:
    """Take back what a code stands for, as far as it can be."""

    code: str


@value
class Done:
    """What came of an order: `result` names it, the rest are its particulars.

    `code` undoes it for a while. `several` are members a name may mean.
    """

    result: str
    code: str = ""
    members: tuple[int, ...] = ()
    count: int = 0
    several: tuple[tuple[int, str], ...] = ()
    said: str = ""
    at: datetime | None = None
    names: tuple[str, ...] = field(default_factory=tuple)
