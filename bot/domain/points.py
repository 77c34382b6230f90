"""Points: what changes a balance, which level a sum has reached, what will run out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from bot.domain.value import value

TOO_FEW = "too_few"
# What an order brought and is taken back with it, as far as it is still there.
ORDER, REFUND = "order", "refund"
EXPIRED = "expired"


@value
class Change:
    """Points that come (`delta` > 0) or go; `key` makes repeating harmless, `cause` says what for."""

    key: str
    member_id: int
    delta: int
    cause: str
    reference: str = ""


@value
class Changed:
    """What came of a change: ``too_few`` or empty; the balance and level then.

    `risen` tells of a level reached just now, `repeated` of a key that was known, `delta` what really moved.
    """

    reason: str
    balance: int
    level: str
    risen: bool = False
    repeated: bool = False
    delta: int = 0


def brought(amount: int, per_yuan: float) -> int:
    """Return the points that so much (分) brings: whole ones, reckoned in decimals and not in binary."""
    return int(Decimal(amount) * Decimal(str(per_yuan)) / 100)


def level_of(earned: int, levels: Mapping[str, int]) -> str:
    """Return the highest level that this sum reaches, empty below the lowest; levels come lowest first."""
    reached = [name for name, needs in levels.items() if earned >= needs]
    return reached[-1] if reached else ""


def next_level(earned: int, levels: Mapping[str, int]) -> tuple[str, int] | None:
    """Return the level above and how much it still takes, None at the top."""
    return next(((name, needs - earned) for name, needs in levels.items() if needs > earned), None)


def unspent(came: Iterable[tuple[int, datetime | None]], spent: int) -> list[tuple[int, datetime | None]]:
    """Return what is left of what came (points, end) after so many were spent, the soonest to end first.

    What ends soonest is spent first; without an end comes last. What ends alike keeps its order.
    """
    left: list[tuple[int, datetime | None]] = []
    for amount, end in sorted(came, key=_end):
        taken = min(amount, spent)
        spent -= taken
        if amount > taken:
            left.append((amount - taken, end))
    return left


def _end(credit: tuple[int, datetime | None]) -> float:
    return credit[1].timestamp() if credit[1] is not None else float("inf")
