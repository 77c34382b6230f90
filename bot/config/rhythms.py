"""The leaf that asks for a broken rhythm: ``{overdue: order.paid, times: 1.5, least: 3}``."""

import re
from collections.abc import Mapping
from typing import Any

from bot.config.document import under
from bot.config.problems import Problems
from bot.domain.conditions import Condition, Overdue
from bot.domain.events import KNOWN_KINDS

# Keys that complete another one and ask nothing by themselves.
COMPANIONS: Mapping[str, frozenset[str]] = {
    "did": frozenset({"count", "within"}),
    "overdue": frozenset({"times", "least"}),
}
CUSTOM = re.compile(r"custom\.[a-z0-9_]{1,80}", re.ASCII)


def overdue(
    key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: object
) -> Condition | None:
    """Return the leaf, None when something about it is wrong."""
    kind, times, least = raw[key], raw.get("times", 1.5), raw.get("least", 3)
    if not isinstance(kind, str) or not (kind in KNOWN_KINDS or CUSTOM.fullmatch(kind)):
        problems.missing(under(path, key), "event", str(kind), sorted(KNOWN_KINDS))
        return None
    if isinstance(times, bool) or not isinstance(times, int | float) or not 1 <= times <= 100:
        problems.error(under(path, "times"), "write how many usual gaps may go by, a number from 1 to 100")
        return None
    if isinstance(least, bool) or not isinstance(least, int) or not 2 <= least <= 1000:
        problems.error(under(path, "least"), "write how often at least, a whole number from 2 to 1000")
        return None
    return Overdue(kind, float(times), least)
