"""The public record of a draw, and whether everything in it can be recomputed and was handed out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from bot.domain.activities.drawing import (
    NOTHING,
    Entry,
    commitment,
    digest_of,
    drawn_at_once,
    drawn_together,
)
from storage.draw_prizes import GIVEN, ledger_keys
from storage.draw_terms import INSTANT, prizes_of, public
from storage.drawing import OPERATOR
from storage.draws import DRAW, ENTRY, PRIZE, entries_of


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a draw: its row, its entries in order, and by number prizes and what came of it.

    `held` are the numbers whose prize stands in the ledger of coupons or of points; `stock` says for each
    prize how many there were (None without bound) and how many are counted as gone.
    """

    row: Any
    entries: tuple[Entry, ...]
    prizes: Mapping[int, str]
    given: Mapping[int, str]
    held: frozenset[int]
    stock: Mapping[str, tuple[int | None, int]]

    def document(self) -> dict[str, Any]:
        """Return the record as anybody may have it; the seed is empty until it is shown."""
        row = self.row
        return {
            "name": row.name,
            "kind": row.kind,
            "state": row.state,
            "terms": public(row.terms),
            "commitment": row.commitment,
            "seed": row.revealed,
            "digest": row.digest,
            "entries": [
                [one.number, one.token, one.who, one.at, self.prizes[one.number], self.given[one.number]]
                for one in self.entries
            ],
        }


def proof(connection: Connection, name: str) -> Proof | None:
    """Return the record of a draw, None for one that never was."""
    row = connection.execute(select(DRAW).where(DRAW.c.name == name)).one_or_none()
    if row is None:
        return None
    columns = (ENTRY.c.number, ENTRY.c.prize, ENTRY.c.given, ENTRY.c.key)
    kept = connection.execute(select(*columns).where(ENTRY.c.draw == name)).all()
    held = ledger_keys(connection, name)
    laid = connection.execute(select(PRIZE).where(PRIZE.c.draw == name)).all()
    return Proof(
        row,
        tuple(entries_of(connection, name)),
        {one.number: one.prize for one in kept},
        {one.number: one.given for one in kept},
        frozenset(one.number for one in kept if one.key in held),
        {one.prize: (one.stock, one.given) for one in laid},
    )


def differences(found: Proof) -> list[str]:
    """Return what does not agree with the seed that was shown, one sentence each; nothing when all does."""
    row = found.row
    if not row.revealed:
        return ["the seed is not shown yet"]
    seed = bytes.fromhex(row.revealed)
    wrong = [] if commitment(seed) == row.commitment else ["the seed is not the one that was committed to"]
    if [one.number for one in found.entries] != list(range(1, row.entries + 1)):
        wrong.append(f"{row.entries} entries were taken, and the list does not number them 1 to that")
    if digest_of(found.entries) != row.digest:
        wrong.append("the list is not the one that was frozen")
    return [*wrong, *_prizes(found, seed), *_handed(found), *_stock(found)]


def _prizes(found: Proof, seed: bytes) -> Iterator[str]:
    row, chances = found.row, prizes_of(found.row)
    if row.kind == INSTANT:
        drawn = {one.number: drawn_at_once(seed, row.name, one.number, chances) for one in found.entries}
    else:
        struck = {number for number, given in found.given.items() if given == OPERATOR}
        drawn = drawn_together(seed, row.name, found.entries, chances, struck)
    for one in found.entries:
        due, kept = drawn.get(one.number, ""), found.prizes[one.number]
        if due != kept:
            yield f"entry {one.number} drew {due or 'no prize'}, and {kept or 'no prize'} is kept"


def _handed(found: Proof) -> Iterator[str]:
    """Yield prizes that are called given and are in no ledger, and the other way round."""
    for one in found.entries:
        prize, given = found.prizes[one.number], found.given[one.number]
        if (given == GIVEN) != (one.number in found.held):
            there = "has it" if one.number in found.held else "does not have it"
            yield f"entry {one.number} is called {given or 'not given'}, and the ledger {there}"
        elif prize in ("", NOTHING) and given not in ("", OPERATOR):
            yield f"entry {one.number} won nothing, and is called {given}"
        elif prize not in ("", NOTHING) and not given:
            yield f"entry {one.number} won {prize}, and nothing says what came of it"


def _stock(found: Proof) -> Iterator[str]:
    gone = Counter(found.prizes[number] for number, given in found.given.items() if given == GIVEN)
    for prize, (stock, counted) in found.stock.items():
        if counted != gone[prize]:
            yield f"{counted} of {prize} are counted as gone, and {gone[prize]} were given"
        if stock is not None and gone[prize] > stock:
            yield f"{gone[prize]} of {prize} were given, and there were {stock}"
