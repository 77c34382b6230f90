"""Chance that anybody can recompute: a sealed seed, published as a hash first and in clear afterwards.

The commitment of a draw is the SHA-256 of its 32-byte seed, in hexadecimal, published before the first
entry. An entry's number n gives the mark ``HMAC-SHA256(seed, "NAME:n")``, read as a big-endian integer.

* At once: the mark is scaled to 0 … 999,999,999 (times 10^9, shifted right by 256 bits). The chances of
  the prizes, in the order written, are whole billionths that add up to 10^9; the prize is the first whose
  running sum exceeds the scaled mark.
* At a time: entries are ranked by ``HMAC-SHA256(seed, "NAME:DIGEST:n")``, the smallest first, and the
  prizes, in the order written, go down that ranking, one for each WHO; entries of operators are struck.

The digest is the SHA-256 of the frozen list: one line ``NUMBER TOKEN WHO MOMENT`` for each entry, joined by
line feeds.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256

from bot.domain.value import value

WHOLE = 10**9
SEED_BYTES = 32
NOTHING = "nothing"


@value
class Entry:
    """One chance: its number from 1 on, what stands for its callback and for its member, its moment (UTC)."""

    number: int
    token: str
    who: str
    at: str


def commitment(seed: bytes) -> str:
    """Return what is published of a seed beforehand."""
    return sha256(seed).hexdigest()


def billionths(prizes: Mapping[str, float]) -> dict[str, int]:
    """Return chances as whole billionths that add up to one; what rounding leaves goes to the largest."""
    found = {name: int(Decimal(str(chance)) * WHOLE) for name, chance in prizes.items()}
    largest = max(found, key=lambda name: found[name])
    found[largest] += WHOLE - sum(found.values())
    return found


def drawn_at_once(seed: bytes, name: str, number: int, chances: Mapping[str, int]) -> str:
    """Return the prize of an entry, by its number alone."""
    scaled = int.from_bytes(_mark(seed, f"{name}:{number}")) * WHOLE >> 256
    sum_so_far = 0
    for prize, share in chances.items():
        sum_so_far += share
        if scaled < sum_so_far:
            return prize
    raise AssertionError("chances do not add up")


def digest_of(entries: Sequence[Entry]) -> str:
    """Return the digest of a frozen list."""
    lines = "\n".join(f"{one.number} {one.token} {one.who} {one.at}" for one in entries)
    return sha256(lines.encode()).hexdigest()


def drawn_together(
    seed: bytes,
    name: str,
    entries: Sequence[Entry],
    winners: Mapping[str, int],
    struck: Collection[int] = (),
) -> dict[int, str]:
    """Return the prize of each winning entry, by its number; `struck` numbers are listed and win nothing."""
    digest = digest_of(entries)
    ranking = sorted(entries, key=lambda one: _mark(seed, f"{name}:{digest}:{one.number}"))
    prizes = [prize for prize, count in winners.items() for _ in range(int(count))]
    found: dict[int, str] = {}
    lucky: set[str] = set()
    for one in ranking:
        if len(found) == len(prizes):
            break
        if one.number not in struck and one.who not in lucky:
            lucky.add(one.who)
            found[one.number] = prizes[len(found)]
    return found


def _mark(seed: bytes, text: str) -> bytes:
    return hmac.new(seed, text.encode(), sha256).digest()
