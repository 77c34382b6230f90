"""Glances at members: what deciding a repeated event asks for, two cheap statements for a whole group."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, String, and_, bindparam, literal_column, or_, select

from bot.domain.glance import NOTHING, Glance, Stance
from bot.domain.lifecycle.enrollment import Enrollment
from storage import facts
from storage.dialect import listed, unindexed, within
from storage.drafts import Drafts, read_small
from storage.facts import ENROLLMENT, MEMBER, TALLY
from storage.reading import Gathered, Query, document_decoder, moment_decoder, stamped
from storage.snapshots import enrollment
from storage.tables.columns import UTCDateTime

NO_STANCE = Stance(NOTHING, NOTHING, NOTHING)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Repeat:
    """What to glance at for one kind of event: who did it, since when it repeats, whose runs heed it."""

    kind: str
    members: frozenset[int]
    window: timedelta
    heeding: tuple[str, ...]


def glances(connection: Connection, repeats: Collection[Repeat], now: datetime) -> dict[int, Glance]:
    """Return a glance at each member all of whose events at hand repeat what they did; the rest are left out.

    The members must be held already, see `storage.dialect.lock_members`.
    """
    last: dict[int, dict[str, datetime]] = {}
    about: dict[int, tuple[str | None, Any]] = {}
    moment = moment_decoder(connection)
    for repeat in repeats:
        for member_id, at, zone, review_at in _found(connection, repeat, now):
            last.setdefault(member_id, {})[repeat.kind] = moment(at)
            about[member_id] = zone, review_at
    asked = _counted(repeats)
    whole = [member_id for member_id, times in last.items() if len(times) == asked[member_id]]
    if not whole:
        return {}
    runs = _runs(connection, whole, sorted({rule for repeat in repeats for rule in repeat.heeding}))
    standing = Drafts()
    read_small(facts.STANCES.rows(connection, ids=listed(connection, whole)), standing, moment)
    found: dict[int, Glance] = {}
    for member_id in whole:
        zone, review_at = about[member_id]
        planned = moment(review_at) if review_at else None
        stance = _stance(member_id, standing)
        found[member_id] = Glance(member_id, zone, planned, last[member_id], runs.get(member_id, ()), stance)
    return found


def _stance(member_id: int, standing: Drafts) -> Stance:
    tags = standing.tags.get(member_id, NOTHING)
    consents = standing.consents.get(member_id, NOTHING)
    suppressed = standing.suppressed.get(member_id, NOTHING)
    return Stance(tags, consents, suppressed) if tags or consents or suppressed else NO_STANCE


def _found(connection: Connection, repeat: Repeat, now: datetime) -> list[tuple[Any, ...]]:
    # A window without end reaches further back than moments do.
    since = now - repeat.window if repeat.window < now - EPOCH else EPOCH
    return _REPEATS.rows(
        connection,
        ids=listed(connection, sorted(repeat.members)),
        kind=repeat.kind,
        since=stamped(connection, since),
        now=stamped(connection, now),
    )


def _counted(repeats: Iterable[Repeat]) -> Mapping[int, int]:
    counts: dict[int, int] = {}
    for repeat in repeats:
        for member_id in repeat.members:
            counts[member_id] = counts.get(member_id, 0) + 1
    return counts


def _runs(
    connection: Connection, ids: Collection[int], rules: Collection[str]
) -> dict[int, tuple[Enrollment, ...]]:
    if not ids or not rules:
        return {}
    moment, document = moment_decoder(connection), document_decoder(connection)
    found: dict[int, list[Enrollment]] = {}
    rows = _RUNS.rows(connection, ids=listed(connection, ids), rules=listed(connection, rules))
    for row in rows:
        found.setdefault(row[0], []).append(enrollment(row, moment, document))
    return {member_id: tuple(reversed(runs)) for member_id, runs in found.items()}


def _repeats(c: Connection) -> Select[Any]:
    since, now = bindparam("since", type_=UTCDateTime), bindparam("now", type_=UTCDateTime)
    return (
        select(TALLY.c.member_id, TALLY.c.last_at, MEMBER.c.zone, MEMBER.c.review_at)
        .join(MEMBER, MEMBER.c.id == TALLY.c.member_id)
        .where(
            within(c, TALLY.c.member_id),
            # Not by the index over everybody who ever did it.
            unindexed(c, TALLY.c.kind) == bindparam("kind", type_=String),
            unindexed(c, TALLY.c.last_at) > since,
            or_(MEMBER.c.review_at.is_(None), MEMBER.c.review_at > now),
        )
    )


def _concerned(c: Connection) -> Select[Any]:
    e = ENROLLMENT.c
    lives = or_(e.state == literal_column("'active'"), e.due_at.is_not(None))
    return facts.runs(c).where(and_(within(c, e.rule, "rules"), lives))


_REPEATS = Gathered(_repeats)
_RUNS = Query(_concerned)
