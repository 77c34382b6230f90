"""The terms of a lottery as they are kept and published; once it began they stand, whatever the file says."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.activities import Lottery, Points
from bot.domain.activities.drawing import billionths
from bot.domain.events import Scalar
from bot.domain.value import evolve

INSTANT = "instant"
# Where the terms of points stand among those of the draw; they are the house's, and may change.
POINTS = "points"


def terms_of(lottery: Lottery, points: Points) -> dict[str, Any]:
    """Return the terms as they are kept: chances in billionths, or numbers of winners; times in UTC."""
    instant = lottery.kind == INSTANT
    prizes = billionths(lottery.prizes) if instant else {one: int(n) for one, n in lottery.prizes.items()}
    limit = lottery.per_member
    expire = points.expire.total_seconds() if points.expire is not None else None
    return {
        "kind": lottery.kind,
        "prizes": [[prize, share] for prize, share in prizes.items()],
        "cost": lottery.cost,
        "most": limit.count if limit is not None else None,
        "within": limit.window.total_seconds() if limit is not None and limit.window is not None else None,
        "opens": _written(lottery.opens),
        "closes": _written(lottery.closes),
        "draws_at": _written(lottery.draws_at),
        POINTS: {"levels": [[name, needs] for name, needs in points.levels.items()], "expire": expire},
    }


def public(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return the terms that are published, and that stand."""
    return {key: value for key, value in terms.items() if key != POINTS}


def point_terms(row: Any) -> Points:
    """Return the terms of points that a draw's prizes come under."""
    kept = row.terms[POINTS]
    expire = timedelta(seconds=kept["expire"]) if kept["expire"] is not None else None
    return Points(dict(kept["levels"]), expire)


def prizes_of(row: Any) -> dict[str, int]:
    """Return the prizes of a draw as it was opened, in their order."""
    return {str(prize): int(share) for prize, share in row.terms["prizes"]}


def stands(row: Any, lottery: Lottery) -> Lottery:
    """Return a configured lottery with the times that stand for it."""
    return evolve(lottery, opens=moment_of(row, "opens"), closes=moment_of(row, "closes"))


def ends_of(row: Any) -> datetime | None:
    """Return when a draw is drawn, or when the seed of an instant one is shown; None for never."""
    return moment_of(row, "closes" if row.kind == INSTANT else "draws_at")


def moment_of(row: Any, which: str) -> datetime | None:
    """Return one of the times of a draw: ``opens``, ``closes``, ``draws_at``."""
    text = row.terms[which]
    return datetime.fromisoformat(text) if text else None


def told(row: Any) -> dict[str, Scalar]:
    """Return what is told of a draw's terms: its name, what a chance costs, its times (empty for none)."""
    times = {which: row.terms[which] or "" for which in ("opens", "closes", "draws_at")}
    return {"name": row.name, "cost": int(row.terms["cost"]), **times}


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None
