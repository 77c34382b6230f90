"""Cutting a pool of members who get the same bytes into calls of a size the platform takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.delivery.departures import Departure
from bot.domain.delivery.routes import BatchRule


@dataclass(frozen=True, slots=True)
class Part:
    """Members of one call, or `alone`: too few for one, so they wait for the next batch."""

    members: tuple[Departure, ...]
    alone: bool = False


def parts(members: Sequence[Departure], rule: BatchRule | None) -> list[Part]:
    """Return the calls for these members: each address once, `rule.min` to `rule.max` a call."""
    least, most = (rule.min, rule.max) if rule else (1, 1)
    once = {member.address: member for member in reversed(members)}
    chosen = list(once.values())[::-1]
    taken = {member.id for member in chosen}
    again = tuple(member for member in members if member.id not in taken)
    found = [Part(again, alone=True)] if again else []
    if len(chosen) < least:
        return [Part(tuple(chosen), alone=True), *found] if chosen else found
    sizes = _sizes(len(chosen), least, most)
    start = 0
    for size in sizes:
        found.append(Part(tuple(chosen[start : start + size])))
        start += size
    return found


def _sizes(total: int, least: int, most: int) -> list[int]:
    whole, rest = divmod(total, most)
    sizes = [most] * whole
    if rest >= least or not sizes:
        return [*sizes, rest] if rest else sizes
    if rest:
        # The last call would be too small: the one before it gives it some of its members.
        sizes[-1] -= least - rest
        sizes.append(least)
    return sizes
