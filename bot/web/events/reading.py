"""JSON as strictly as we store it: UTF-8 only, no name twice, no number that no database can keep."""

import json
import math
from collections.abc import Sequence
from typing import Any

from bot.domain.storable import LARGEST_INTEGER
from bot.web.problems import Fault, joined, malformed

DEEPEST = 16
# Faults of the text itself rather than of what it says.
UNREADABLE = frozenset({"too_deep", "number_too_large", "nul_character", "half_character"})
_LONGEST_NUMBER = 32


class _NotJson(ValueError):
    """JSON that Python reads and nobody should; carries our code and what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def parsed(body: bytes) -> Any:  # noqa: ANN401  whatever JSON holds
    """Return the value of a JSON text; raise a 400 that says what is wrong with it."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("not_utf8", "write the body as UTF-8") from None
    try:
        return _DECODER.decode(text)
    except _NotJson as error:
        raise malformed(error.code, error.detail) from None
    except RecursionError:
        raise malformed("too_deep", f"nest at most {DEEPEST} levels") from None
    except ValueError as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise malformed("not_json", f"this is no JSON text{where}") from None


def unstorable(value: object, path: str = "", depth: int = 0) -> Fault | None:
    """Return the first thing in a value that cannot be kept: NUL, half a character, a number too large."""
    if depth > DEEPEST:
        return Fault("too_deep", path, f"nest at most {DEEPEST} levels")
    if isinstance(value, list):
        return _first([(each, f"{path}[{index}]") for index, each in enumerate(value)], depth)
    if isinstance(value, dict):
        names = next((fault for name in value if (fault := _unwritable(name, path))), None)
        return names or _first([(each, joined(path, name)) for name, each in value.items()], depth)
    return _unwritable(value, path) if isinstance(value, str) else _too_large(value, path)


def _too_large(value: object, path: str) -> Fault | None:
    # A float that large is kept as an integer, so the same bound holds.
    if not isinstance(value, int | float) or -LARGEST_INTEGER - 1 < value < LARGEST_INTEGER:
        return None
    return Fault("number_too_large", path, "write numbers of 63 bits and a sign at most")


def _first(values: Sequence[tuple[object, str]], depth: int) -> Fault | None:
    for value, path in values:
        fault = unstorable(value, path, depth + 1)
        if fault is not None:
            return fault
    return None


def _unwritable(text: str, path: str) -> Fault | None:
    if "\0" in text:
        return Fault("nul_character", _plain(path), "leave out the NUL character")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        return Fault("half_character", _plain(path), "write surrogates in pairs")
    return None


def _plain(path: str) -> str:
    return path.replace("\0", "")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotJson("name_twice", "write each name once per object")
    return found


def _integer(digits: str) -> int:
    # Python refuses more than 4,300 digits by an error and takes its time below that.
    if len(digits) > _LONGEST_NUMBER:
        raise _NotJson("number_too_large", "write integers of 64 bits at most")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= 10 * _LONGEST_NUMBER else math.inf
    if not math.isfinite(number):
        raise _NotJson("number_too_large", "write numbers that fit 64-bit floats")
    return number


def _constant(_word: str) -> float:
    raise _NotJson("not_finite", "NaN and Infinity are no JSON; leave the field out")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
