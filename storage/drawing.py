"""What time brings to draws: the seed of an instant one shown at its end, a draw frozen and drawn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.domain.activities.drawing import drawn_together
from bot.domain.effects import Emit
from bot.domain.events import DRAW_WON
from storage import announcements
from storage.draw_prizes import GIVEN, Prize, hand_out
from storage.draw_terms import INSTANT, ends_of, point_terms, prizes_of
from storage.draws import DRAW, DRAWN, ENTRY, entries_of, open_draws, reveal, seed_of
from storage.players import operators

BASIS = "random_test"
OPERATOR = "operator"


def next_end(connection: Connection) -> datetime | None:
    """Return when the next draw is to be drawn or shown."""
    ends = [end for row in open_draws(connection) if (end := ends_of(row)) is not None]
    return min(ends, default=None)


def end_due(connection: Connection, now: datetime, limit: int) -> int:
    """Draw or show each draw whose time has come, so many at most; return how many."""
    due = [row.name for row in open_draws(connection) if (end := ends_of(row)) is not None and end <= now]
    return sum(_ended(connection, name, now) for name in due[:limit])


def _ended(connection: Connection, name: str, now: datetime) -> bool:
    held = connection.execute(
        select(DRAW).where(DRAW.c.name == name, DRAW.c.revealed_at.is_(None)).with_for_update()
    ).one_or_none()
    if held is None:
        return False
    seed = seed_of(connection, held)
    if held.kind != INSTANT:
        struck = _struck(connection, name)
        entries = entries_of(connection, name)
        _draw(connection, held, drawn_together(seed, name, entries, prizes_of(held), struck), now)
    reveal(connection, held, seed, DRAWN, now)
    return True


def _struck(connection: Connection, name: str) -> set[int]:
    """Strike the entries of who became an operator after entering; return their numbers."""
    listed = connection.execute(select(ENTRY.c.number, ENTRY.c.member_id).where(ENTRY.c.draw == name)).all()
    ours = operators(connection)
    numbers = {row.number for row in listed if row.member_id in ours}
    mine = (ENTRY.c.draw == name, ENTRY.c.number.in_(sorted(numbers)))
    connection.execute(update(ENTRY).where(*mine).values(given=OPERATOR))
    return numbers


def _draw(connection: Connection, row: Any, winners: Mapping[int, str], now: datetime) -> None:
    """Hand the prizes out and tell the winners."""
    mine = (ENTRY.c.draw == row.name, ENTRY.c.number.in_(sorted(winners)))
    for entry in connection.execute(select(ENTRY).where(*mine).order_by(ENTRY.c.number)).all():
        prize = winners[entry.number]
        won = Prize(row.name, prize, entry.member_id, entry.key, BASIS, point_terms(row))
        handed = hand_out(connection, won, now)
        connection.execute(
            update(ENTRY).where(ENTRY.c.id == entry.id).values(prize=prize, given=handed.outcome)
        )
        about = {"draw": row.name, "number": entry.number, **handed.facts}
        news = [(DRAW_WON, f"draw:{row.name}:{entry.number}#won", about)] if handed.outcome == GIVEN else []
        news += [
            (one.kind, one.key, dict(one.properties)) for one in handed.followed if isinstance(one, Emit)
        ]
        for kind, key, properties in news:
            announcements.announce(connection, [(key, entry.member_id, properties)], kind, now)
