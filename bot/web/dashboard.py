"""Everything the console shows, read in one look at the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage import reports
from storage.database import Connection
from storage.reports import CouponCount, EventCount, Flow, Move, Push, PushCount

LATEST, GROUPS = 1000, 30


@dataclass(frozen=True, slots=True)
class Checked:
    """A promise with what became of it: breaches and how much was examined."""

    name: str
    broken: int
    looked_at: int
    held: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """Messages that ended alike at one moment: the first of them, and how many members got it."""

    first: Push
    members: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The numbers behind tiles, charts and lists."""

    now: datetime
    totals: Mapping[str, int]
    states: Mapping[str, int]
    flow: Flow
    moves: tuple[Move, ...]
    pushes: tuple[PushCount, ...]
    coupons: tuple[CouponCount, ...]
    inbound: tuple[EventCount, ...]
    latest: tuple[Sending, ...]
    promises: tuple[Checked, ...] = ()


def gather(c: Connection, zone: ZoneInfo, now: datetime, promises: tuple[Checked, ...] = ()) -> Dashboard:
    """Return the dashboard at `now` in the reader's zone."""
    flow = reports.stage_flow(c, zone)
    return Dashboard(
        now=now.astimezone(zone),
        totals=reports.totals(c),
        states=reports.outbox_states(c),
        flow=flow,
        moves=tuple(reports.stage_moves(c, month_ends(flow.days, zone), zone)),
        pushes=tuple(reports.pushes(c, zone)),
        coupons=tuple(reports.coupons(c, zone)),
        inbound=tuple(reports.inbound(c, zone)),
        latest=tuple(together(reports.latest_pushes(c, LATEST))[:GROUPS]),
        promises=promises,
    )


def together(pushes: Sequence[Push]) -> list[Sending]:
    """Return messages that ended alike at one moment as one, in the order of their first."""
    groups: dict[tuple[object, ...], list[Push]] = {}
    for one in pushes:
        alike = (one.at, one.program, one.step, one.route, one.state, one.reason)
        groups.setdefault(alike, []).append(one)
    return [Sending(group[0], len(group)) for group in groups.values()]


def month_ends(days: tuple[date, ...], zone: ZoneInfo) -> list[datetime]:
    """Return the end of the first week, of each month, and of the last day of a span."""
    if not days:
        return []
    first = min(days[0] + timedelta(days=6), days[-1])
    marks = [first] + [
        day for day in days if day > first + timedelta(days=6) and (day + timedelta(days=1)).day == 1
    ]
    if days[-1] - marks[-1] > timedelta(days=6):
        marks.append(days[-1])
    return [datetime.combine(day, time(23, 59, 59), zone) for day in marks]
