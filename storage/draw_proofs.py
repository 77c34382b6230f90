"""The public record of a draw, and whether everything in it can be recomputed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from bot.domain.activities.drawing import Entry, commitment, digest_of, drawn_at_once, drawn_together
from storage.draws import DRAW, ENTRY, INSTANT, POINTS, entries_of, prizes_of


@dataclass(frozen=True, slots=True)
class Proof:
    """What is public of a draw: its row, its entries in order, the prize kept for each."""

    row: Any
    entries: tuple[Entry, ...]
    prizes: dict[int, str]

    def document(self) -> dict[str, Any]:
        """Return the record as anybody may have it; the seed is empty until it is shown."""
        row = self.row
        return {
            "name": row.name,
            "kind": row.kind,
            "state": row.state,
            "terms": {key: value for key, value in row.terms.items() if key != POINTS},
            "commitment": row.commitment,
            "seed": row.revealed,
            "digest": row.digest,
            "entries": [[one.number, one.token, one.who, self.prizes[one.number]] for one in self.entries],
        }


def proof(connection: Connection, name: str) -> Proof | None:
    """Return the record of a draw, None for one that never was."""
    row = connection.execute(select(DRAW).where(DRAW.c.name == name)).one_or_none()
    if row is None:
        return None
    kept = connection.execute(select(ENTRY.c.number, ENTRY.c.prize).where(ENTRY.c.draw == name))
    return Proof(row, tuple(entries_of(connection, name)), dict(map(tuple, kept)))


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
    return wrong + _prizes(found, seed)


def _prizes(found: Proof, seed: bytes) -> list[str]:
    row, chances = found.row, prizes_of(found.row)
    if row.kind == INSTANT:
        drawn = {one.number: drawn_at_once(seed, row.name, one.number, chances) for one in found.entries}
    else:
        drawn = drawn_together(seed, row.name, found.entries, chances)
    wrong: list[str] = []
    for one in found.entries:
        due, kept = drawn.get(one.number, ""), found.prizes[one.number]
        if due != kept:
            wrong.append(f"entry {one.number} drew {due or 'no prize'}, and {kept or 'no prize'} is kept")
    return wrong
