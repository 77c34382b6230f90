"""Plain scalars: what they mean, and those which YAML 1.1 and 1.2 read differently.

PyYAML and most tools follow 1.1, editors and newer libraries 1.2. Only what both read alike is
accepted without quotes.
"""

import math
import re

# Control characters that no database and no XML takes, and halves of characters that no encoding has.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
Scalar = str | int | float | bool | None

_TRAPS = (
    (r"(?i:on|off|yes|no|y|n)", 'quote it, or write true or false; YAML 1.1 reads "{}" as a boolean'),
    (r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", 'quote it: "{}"; YAML 1.1 reads it in base 60'),
    (r"[-+]?0[0-9_]+", "write it without the leading zero, or quote it; YAML 1.1 reads {} in base 8"),
    (r"[-+]?0[oxb][0-9a-fA-F_]+", "write {} as a decimal number"),
    (r"[-+]?[0-9]+_[0-9_]*(\.[0-9_]*)?", "write {} without underscores"),
    (r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+", "write {} without an exponent"),
    (r"[-+]?\.(?i:inf|nan)", "{} is not a number that can be used here"),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?", 'quote it: "{}"; YAML 1.1 reads it as a date'),
    (r"=", "quote it"),
    (r"[-+]?[0-9]{19,}(\.[0-9]*)?|[-+]?[0-9]*\.[0-9]{19,}", "this number has too many digits"),
)
TRAPS = tuple((re.compile(pattern, re.ASCII), advice) for pattern, advice in _TRAPS)
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)", re.ASCII)


def trap(text: str) -> str:
    """Return what to do about a plain scalar that is read differently elsewhere, or nothing."""
    for pattern, advice in TRAPS:
        if pattern.fullmatch(text):
            return advice.format(text[:40])
    return ""


def resolved(text: str) -> Scalar:
    """Return the value of a plain scalar that is no trap."""
    if text in _NOTHING:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def unwritable(text: str) -> bool:
    """Return whether a text holds characters that cannot be stored or sent."""
    return _UNWRITABLE.search(text) is not None
