"""What a shop's system knows of a member, in the words of Segment's identify call."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.events import Scalar
from bot.domain.identity import PHONE, UNIONID, Identity, identity
from bot.web.events.identities import identity_of
from bot.web.events.properties import flattened
from bot.web.problems import unfit

MOST = 64
LONGEST = 512
LONGEST_NAME = 64
_DATE = re.compile(r"(?:[0-9]{4}-)?([0-9]{2})-([0-9]{2})(?:[T ].*)?", re.ASCII | re.DOTALL)
LEAP_YEAR = 2000


@dataclass(slots=True)
class Traits:
    """Attributes to set (None deletes one) and identities the same message proves."""

    values: dict[str, Scalar] = field(default_factory=dict)
    also_known_as: list[Identity] = field(default_factory=list)


# https://segment.com/docs/connections/spec/identify/#traits
def traits_of(given: Mapping[str, object], path: str, accounts: Collection[str]) -> Traits:
    """Return the traits: phone as an identity, birthday as month and day, the rest as attributes."""
    flat = flattened(_reshaped(given), path)
    if len(flat) > MOST:
        raise unfit("too_many", path, f"send at most {MOST} traits")
    found = Traits()
    for name, value in flat.items():
        where = f"{path}.{name}"
        if isinstance(value, str) and len(value) > LONGEST:
            raise unfit("too_long", where, f"write at most {LONGEST} characters")
        if name in {PHONE, UNIONID}:
            if value is not None and value != "":
                found.also_known_as.append(identity_of(identity(name, str(value)), where, accounts))
        elif name in _OWN:
            found.values[name] = None if value is None or value == "" else _OWN[name](value, where)
        else:
            found.values[name] = value
    return found


def _reshaped(given: Mapping[str, object]) -> dict[str, object]:
    """Return the traits under our names: city and zone from where Segment puts them, one name of two."""
    shaped = dict(given)
    address = shaped.pop("address", None)
    if isinstance(address, dict) and "city" in address:
        shaped.setdefault("city", address["city"])
    for theirs, ours in (("timezone", "zone"), ("firstName", "first_name"), ("lastName", "last_name")):
        if theirs in shaped:
            shaped.setdefault(ours, shaped.pop(theirs))
    parts = [shaped.get("last_name"), shaped.get("first_name")]
    if "name" not in shaped and all(isinstance(one, str) and one for one in parts):
        shaped["name"] = _full_name(str(parts[0]), str(parts[1]))
    return shaped


def _full_name(last: str, first: str) -> str:
    return f"{first} {last}" if (first + last).isascii() else f"{last}{first}"


def _name(value: Scalar, path: str) -> str:
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > LONGEST_NAME
        or not value.isprintable()
    ):
        raise unfit("bad_name", path, f"write the name in 1 to {LONGEST_NAME} printable characters")
    return value.strip()


def _birthday(value: Scalar, path: str) -> str:
    """Return month and day: the year tells an age nobody here needs."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    month, day = (int(match[1]), int(match[2])) if match else (0, 0)
    try:
        return date(LEAP_YEAR, month, day).strftime("%m-%d")
    except ValueError:
        raise unfit("bad_birthday", path, "write the birthday as 1990-12-01 or 12-01") from None


def _zone(value: Scalar, path: str) -> str:
    name = value if isinstance(value, str) and len(value) <= LONGEST_NAME else ""
    try:
        return ZoneInfo(name).key
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise unfit("bad_zone", path, "write a time zone such as Asia/Shanghai") from None


_OWN = {"name": _name, "birthday": _birthday, "zone": _zone}
