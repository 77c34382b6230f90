"""Which message an order is credited to: the last before it, the first, or all of them alike."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.value import value

# An order that no message came before.
BY_ITSELF = ""


class Credit(StrEnum):
    """How an order is divided among the messages before it."""

    LAST = "last"
    FIRST = "first"
    EQUAL = "equal"


@value
class Touch:
    """A message that reached a member: when, and of which rule or campaign."""

    at: datetime
    program: str


@value
class Order:
    """An order: when, and its amount in minor units."""

    at: datetime
    amount: int


@value
class Earned:
    """What a program is credited with: orders, parts of them too, and their amount in minor units."""

    orders: float = 0.0
    amount: float = 0.0

    def plus(self, orders: float, amount: float) -> "Earned":
        """Return it with more."""
        return Earned(self.orders + orders, self.amount + amount)


Member = tuple[Sequence[Order], Sequence[Touch]]


def credited(members: Iterable[Member], within: timedelta, by: Credit) -> Mapping[str, Earned]:
    """Return what each program earned; an order counts for messages at most `within` before it.

    However it is divided, every order is credited once: the parts sum to all orders and all their amounts.
    """
    found: dict[str, Earned] = {}
    for orders, touches in members:
        for order in orders:
            before = sorted(
                (touch for touch in touches if order.at - within <= touch.at <= order.at),
                key=lambda touch: touch.at,
            )
            programs = _chosen(before, by)
            for program in programs:
                share = 1 / len(programs)
                found[program] = found.get(program, Earned()).plus(share, order.amount * share)
    return found


def _chosen(before: Sequence[Touch], by: Credit) -> list[str]:
    if not before:
        return [BY_ITSELF]
    if by is Credit.EQUAL:
        return [touch.program for touch in before]
    return [before[0 if by is Credit.FIRST else -1].program]
