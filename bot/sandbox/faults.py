"""Injected trouble: what the platform and the network do on a bad day, a path prefix at a time."""

import itertools
from dataclasses import dataclass

from bot.sandbox.chance import Chance
from bot.sandbox.shapes import BadFieldError, Json, number, text

KINDS = frozenset({"errcode", "http", "hang", "html", "reset", "accept_then_hang", "receipt", "duplicate"})
_NUMBERED = frozenset({"errcode", "http"})


@dataclass(slots=True)
class Fault:
    """Trouble with ``left`` occurrences to go (None: until removed), hitting a call with chance ``rate``."""

    number: int
    path: str
    kind: str
    value: str | int | float | None
    left: int | None
    rate: float

    def shown(self) -> Json:
        """The fault as the control API lists it."""
        return {
            "id": self.number,
            "path": self.path,
            "kind": self.kind,
            "value": self.value,
            "left": self.left,
            "rate": self.rate,
        }


class Faults:
    """The faults in force, asked in the order in which they were added."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._numbers = itertools.count(1)
        self._faults: list[Fault] = []

    def add(self, body: Json) -> Fault:
        """A fault from ``{path, kind, value?, count?, rate?}``; BadFieldError says what is wrong with it."""
        kind = text(body, "kind")
        if kind not in KINDS:
            raise BadFieldError(f"kind must be one of {', '.join(sorted(KINDS))}")
        value, count = body.get("value"), body.get("count")
        if kind in _NUMBERED and not isinstance(value, int):
            raise BadFieldError(f"a fault of kind {kind} needs a whole number as value")
        if count is not None and not isinstance(count, int):
            raise BadFieldError("count must be a whole number")
        fault = Fault(next(self._numbers), text(body, "path"), kind, value, count, number(body, "rate", 1.0))
        self._faults.append(fault)
        return fault

    def remove(self, number: int | None) -> None:
        """Remove one fault, or all."""
        self._faults = [fault for fault in self._faults if number is not None and fault.number != number]

    def shown(self) -> list[Json]:
        """The faults in force."""
        return [fault.shown() for fault in self._faults]

    def strike(self, path: str, kinds: frozenset[str]) -> Fault | None:
        """The fault of one of ``kinds`` that hits this call to ``path``, counted down; usually None."""
        for fault in self._faults:
            if fault.kind not in kinds or not path.startswith(fault.path) or fault.left == 0:
                continue
            if fault.rate < 1 and self._chance.unit() >= fault.rate:
                continue
            if fault.left is not None:
                fault.left -= 1
            return fault
        return None
