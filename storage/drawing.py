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
from storage.draws import (
    DRAW,
    DRAWN,
    ENTRY,
    INSTANT,
    ends_of,
    entries_of,
    open_draws,
    point_terms,
    prizes_of,
    reveal,
    seed_of,
)

BASIS = "random_test"


def next_end(connection: Connection) -> datetime | None:
    """Return when the next draw is to be drawn or shown."""
    ends = [end for row in open_draws(connection) if (end := ends_of(row)) is not None]
    return min(ends, default=None)


def end_due(connection: Connection, now: datetime, _limit: int) -> int:
    """Draw or show each draw whose time has come; return how many."""
    done = 0
    for row in open_draws(connection):
        end = ends_of(row)
        if end is None or end > now:
            continue
        held = connection.execute(
            select(DRAW).where(DRAW.c.name == row.name, DRAW.c.revealed_at.is_(None)).with_for_update()
        ).one_or_none()
        if held is None:
            continue
        seed = seed_of(connection, held)
        if held.kind != INSTANT:
            entries = entries_of(connection, held.name)
            _draw(connection, held, drawn_together(seed, held.name, entries, prizes_of(held)), now)
        reveal(connection, held, seed, DRAWN, now)
        done += 1
    return done


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
