"""Lotteries as they were opened: terms that nobody changes once they began, a seed sealed until the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from bot.domain.activities import Lottery, Points
from bot.domain.activities.drawing import Entry, commitment, digest_of
from bot.domain.activities.opening import OPEN as OPENED
from storage import alerts, switches
from storage.draw_terms import INSTANT, moment_of, prizes_of, public, terms_of
from storage.privacy import ring_of
from storage.tables import table
from storage.tables.activities import DrawEntryRow, DrawPrizeRow, DrawRow

DRAW = table(DrawRow)
ENTRY = table(DrawEntryRow)
PRIZE = table(DrawPrizeRow)
OPEN, FROZEN, DRAWN = "open", "frozen", "drawn"
PLACE = "draw|seed|"


def sync(
    connection: Connection,
    lotteries: Iterable[Lottery],
    points: Points,
    new_seed: Callable[[], bytes],
    now: datetime,
) -> None:
    """Open every configured lottery once, with a seed of its own.

    `points` are the terms of points that may be won. The public terms may change until the lottery opens,
    by its time, by an operator's hand or by a first entry; afterwards they stand, and an alert says that
    the file differs for as long as it does.
    """
    by_hand = switches.activities(switches.all_on(connection))
    for lottery in lotteries:
        terms = terms_of(lottery, points)
        row = connection.execute(
            select(DRAW).where(DRAW.c.name == lottery.name).with_for_update()
        ).one_or_none()
        if row is None:
            _open(connection, lottery.name, terms, new_seed(), now)
        elif public(row.terms) == public(terms):
            _rewrite(connection, row, terms)
            alerts.clear(connection, _alert(lottery.name), now)
        elif _began(row, by_hand, now):
            text = f"activities: {lottery.name} began, so its terms stand; give the new ones another name"
            alerts.raise_(connection, _alert(lottery.name), "warning", text, now)
        else:
            _rewrite(connection, row, terms)
            _stock(connection, lottery.name, terms)


def seed_of(connection: Connection, row: Any) -> bytes:
    """Return the seed, opened with the field key."""
    return bytes.fromhex(ring_of(connection).unseal(bytes(row.seed), f"{PLACE}{row.name}"))


def entries_of(connection: Connection, name: str) -> list[Entry]:
    """Return every entry in its order, with what stands for its callback and its member."""
    columns = (ENTRY.c.number, ENTRY.c.token, ENTRY.c.who, ENTRY.c.at)
    rows = connection.execute(select(*columns).where(ENTRY.c.draw == name).order_by(ENTRY.c.number))
    return [Entry(row.number, row.token, row.who, row.at.astimezone(UTC).isoformat()) for row in rows]


def open_draws(connection: Connection) -> Sequence[Any]:
    """Return the draws whose seed is still sealed."""
    return connection.execute(select(DRAW).where(DRAW.c.revealed_at.is_(None)).order_by(DRAW.c.name)).all()


def laid_out(connection: Connection, name: str) -> tuple[str, dict[str, int]]:
    """Return the kind of a lottery and its prizes by the terms that stand; nothing for one that never was."""
    row = connection.execute(select(DRAW).where(DRAW.c.name == name)).one_or_none()
    return (row.kind, prizes_of(row)) if row is not None else (INSTANT, {})


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


def _began(row: Any, by_hand: Mapping[str, str], now: datetime) -> bool:
    opens = moment_of(row, "opens")
    early = by_hand.get(row.name) == OPENED
    return row.entries > 0 or row.state != OPEN or early or opens is None or now >= opens


def _open(connection: Connection, name: str, terms: Mapping[str, Any], seed: bytes, now: datetime) -> None:
    sealed = ring_of(connection).seal(seed.hex(), f"{PLACE}{name}")
    connection.execute(
        DRAW.insert(),
        {
            "name": name, "kind": terms["kind"], "state": OPEN, "terms": dict(terms),
            "commitment": commitment(seed), "seed": sealed, "revealed": "", "entries": 0, "digest": "",
            "opened_at": now, "frozen_at": None, "revealed_at": None,
        },
    )  # fmt: skip
    _stock(connection, name, terms)


def _rewrite(connection: Connection, row: Any, terms: Mapping[str, Any]) -> None:
    changed = {"terms": dict(terms), "kind": terms["kind"]}
    connection.execute(update(DRAW).where(DRAW.c.name == row.name).values(changed))


def _stock(connection: Connection, name: str, terms: Mapping[str, Any]) -> None:
    """Lay the prizes out, in the place of those of earlier terms; an instant one's are bound elsewhere."""
    bound = terms["kind"] != INSTANT
    connection.execute(delete(PRIZE).where(PRIZE.c.draw == name))
    connection.execute(
        PRIZE.insert(),
        [
            {"draw": name, "prize": prize, "stock": share if bound else None, "given": 0}
            for prize, share in terms["prizes"]
        ],
    )


def _alert(name: str) -> str:
    return f"draw:{name}"
