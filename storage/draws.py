"""Lotteries as they were opened: terms that nobody changes afterwards, a seed sealed until the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.domain.activities import Lottery, Points
from bot.domain.activities.drawing import Entry, billionths, commitment, digest_of, token_of
from storage import alerts
from storage.privacy import ring_of
from storage.tables import table
from storage.tables.activities import DrawEntryRow, DrawPrizeRow, DrawRow

DRAW = table(DrawRow)
ENTRY = table(DrawEntryRow)
PRIZE = table(DrawPrizeRow)
INSTANT = "instant"
OPEN, FROZEN, DRAWN = "open", "frozen", "drawn"
PLACE = "draw|seed|"
# Where the terms of points stand among those of the draw; they are the house's, and may change.
POINTS = "points"


def sync(
    connection: Connection,
    lotteries: Iterable[Lottery],
    points: Points,
    new_seed: Callable[[], bytes],
    now: datetime,
) -> None:
    """Open every configured lottery once, with a seed of its own.

    `points` are the terms of points that may be won. Terms may change until the first entry; afterwards
    they stand, and an alert says that the file differs.
    """
    for lottery in lotteries:
        terms = terms_of(lottery) | {POINTS: _worth(points)}
        row = connection.execute(
            select(DRAW).where(DRAW.c.name == lottery.name).with_for_update()
        ).one_or_none()
        if row is None:
            _open(connection, lottery, terms, new_seed(), now)
        elif _same(row.terms, terms) or (row.entries == 0 and row.state == OPEN):
            connection.execute(update(DRAW).where(DRAW.c.name == lottery.name).values(terms=terms))
        else:
            text = (
                f"activities: {lottery.name} has entries, so its terms stand; give the new one another name"
            )
            alerts.raise_(connection, f"draw:{lottery.name}", "warning", text, now)


def terms_of(lottery: Lottery) -> dict[str, Any]:
    """Return the terms as they are kept and published: chances in billionths, or numbers of winners."""
    instant = lottery.kind == INSTANT
    prizes = billionths(lottery.prizes) if instant else {one: int(n) for one, n in lottery.prizes.items()}
    limit = lottery.per_member
    return {
        "kind": lottery.kind,
        "prizes": [[prize, share] for prize, share in prizes.items()],
        "cost": lottery.cost,
        "most": limit.count if limit is not None else None,
        "within": limit.window.total_seconds() if limit is not None and limit.window is not None else None,
        "opens": _written(lottery.opens),
        "closes": _written(lottery.closes),
        "draws_at": _written(lottery.draws_at),
    }


def point_terms(row: Any) -> Points:
    """Return the terms of points that a draw's prizes come under."""
    kept = row.terms[POINTS]
    expire = timedelta(seconds=kept["expire"]) if kept["expire"] is not None else None
    return Points(dict(kept["levels"]), expire)


def prizes_of(row: Any) -> dict[str, int]:
    """Return the prizes of a draw as it was opened, in their order."""
    return {str(prize): int(share) for prize, share in row.terms["prizes"]}


def seed_of(connection: Connection, row: Any) -> bytes:
    """Return the seed, opened with the field key."""
    return bytes.fromhex(ring_of(connection).unseal(bytes(row.seed), f"{PLACE}{row.name}"))


def entries_of(connection: Connection, name: str) -> list[Entry]:
    """Return every entry in its order, with what stands for its callback and its member."""
    rows = connection.execute(
        select(ENTRY.c.number, ENTRY.c.key, ENTRY.c.who).where(ENTRY.c.draw == name).order_by(ENTRY.c.number)
    )
    return [Entry(row.number, token_of(row.key), row.who) for row in rows]


def ends_of(row: Any) -> datetime | None:
    """Return when a draw is drawn, or when the seed of an instant one is shown; None for never."""
    text = row.terms["closes"] if row.kind == INSTANT else row.terms["draws_at"]
    return datetime.fromisoformat(text) if text else None


def open_draws(connection: Connection) -> Sequence[Any]:
    """Return the draws whose seed is still sealed."""
    return connection.execute(select(DRAW).where(DRAW.c.revealed_at.is_(None)).order_by(DRAW.c.name)).all()


def shown(connection: Connection) -> list[str]:
    """Return the names of the draws whose seed was shown."""
    return list(connection.execute(select(DRAW.c.name).where(DRAW.c.revealed_at.is_not(None))).scalars())


def reveal(connection: Connection, row: Any, seed: bytes, state: str, now: datetime) -> None:
    """Show a seed, with the digest of the list it was drawn from."""
    shown = {
        "state": state, "revealed": seed.hex(), "revealed_at": now, "frozen_at": row.frozen_at or now,
        "digest": digest_of(entries_of(connection, row.name)),
    }  # fmt: skip
    connection.execute(update(DRAW).where(DRAW.c.name == row.name).values(shown))


def count(connection: Connection, name: str) -> int:
    """Return how many entries a draw has."""
    return int(connection.execute(select(func.count()).where(ENTRY.c.draw == name)).scalar_one())


def _open(
    connection: Connection, lottery: Lottery, terms: Mapping[str, Any], seed: bytes, now: datetime
) -> None:
    sealed = ring_of(connection).seal(seed.hex(), f"{PLACE}{lottery.name}")
    connection.execute(
        DRAW.insert(),
        {
            "name": lottery.name, "kind": lottery.kind, "state": OPEN, "terms": dict(terms),
            "commitment": commitment(seed), "seed": sealed, "revealed": "", "entries": 0, "digest": "",
            "opened_at": now, "frozen_at": None, "revealed_at": None,
        },
    )  # fmt: skip
    stock = None if lottery.kind == INSTANT else dict(terms["prizes"])
    connection.execute(
        PRIZE.insert(),
        [
            {"draw": lottery.name, "prize": prize, "stock": stock[prize] if stock else None, "given": 0}
            for prize, _ in terms["prizes"]
        ],
    )


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return {**old, POINTS: None} == {**new, POINTS: None}


def _worth(points: Points) -> dict[str, Any]:
    expire = points.expire.total_seconds() if points.expire is not None else None
    return {"levels": [[name, needs] for name, needs in points.levels.items()], "expire": expire}


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None
