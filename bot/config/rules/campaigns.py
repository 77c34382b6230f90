"""The `campaigns` section."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from bot.config.document import Plain, under
from bot.config.problems import Problems
from bot.config.rules.known import Known
from bot.config.rules.reading import version_of
from bot.config.rules.table import Table
from bot.config.rules.terms import goal
from bot.domain.experiments.terms import terms
from bot.domain.lifecycle.campaign import Arm, Campaign, Division, Only, Schedule, Unit
from bot.domain.lifecycle.rule import EVERYBODY, Goal, GoalStart, Status
from bot.domain.lifecycle.saying import Saying, saying
from bot.domain.lifecycle.spans import NO_SPAN

MORNING = time(10)
ROUNDING = 1e-9
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = {"d": Unit.DAY, "w": Unit.WEEK, "mo": Unit.MONTH}
WORDS = {"daily": (1, Unit.DAY), "weekly": (1, Unit.WEEK), "monthly": (1, Unit.MONTH)}
_EVERY = re.compile(r"([1-9][0-9]{0,2})(d|w|mo)", re.ASCII)


def read_campaigns(raw: Mapping[str, Plain], known: Known, problems: Problems) -> dict[str, Campaign]:
    """Return the campaigns that could be read; what is wrong goes to `problems`."""
    found: dict[str, Campaign] = {}
    for name, body in raw.items():
        path = under("campaigns", name)
        if not isinstance(body, Mapping):
            problems.error(path, "write keys with values")
            continue
        table = Table(body, path, problems, known)
        found[name] = _campaign(name, table)
        table.finish()
    return found


def _campaign(name: str, table: Table) -> Campaign:
    for key in ("schedule", "audience", "experiment" if table.has("experiment") else "send"):
        if not table.has(key):
            table.error("this is required", key)
    if table.has("experiment") and table.has("send"):
        table.error("with an experiment each arm has a send of its own", "send")
    division = _division(table) if table.has("experiment") else None
    purpose = table.word("purpose", sorted(table.known.purposes), "marketing")
    return Campaign(
        name=name,
        schedule=_schedule(table.inside("schedule")) if table.has("schedule") else Schedule(),
        audience=table.condition("audience") or EVERYBODY,
        saying=_first(division) or saying(table.inside("send")),
        status=Status(table.word("status", [each.value for each in Status], "live")),
        purpose=purpose,
        priority=min(table.whole("priority", 50), 100),
        version=version_of(dict(table.raw)),
        division=division,
    )


def _first(division: Division | None) -> Saying | None:
    """Return the words of the first arm that has any."""
    return next((arm.saying for arm in division.arms if arm.saying is not None), None) if division else None


def _division(table: Table) -> Division:
    """Return the experiment: each arm with a send of its own, or with nothing for a control group."""
    inside = table.inside("experiment")
    arms = tuple(_arm(inside, name, weight) for name, weight in inside.shares("arms"))
    if abs(sum(arm.weight for arm in arms) - 1) > ROUNDING:
        inside.error("the shares of the arms add up to something else than 1", "arms")
    if not any(arm.saying for arm in arms):
        inside.error("at least one arm must send something", "arms")
    aim = goal(table)
    if aim is None or aim.within is None:
        table.error("an experiment needs a goal with within, or nothing can tell its arms apart", "goal")
    elif aim.of is GoalStart.SEND:
        table.error("who gets nothing has no send to count from: write of: assignment", "goal")
    return Division(inside.text("salt"), arms, aim or Goal("", timedelta()), terms(inside))


def _arm(table: Table, name: str, weight: float) -> Arm:
    if not table.has(name):
        table.error(f"write {name} with its send, or {name}: {{}} for a control group", "arms")
    arm = table.inside(name)
    return Arm(name, weight, saying(arm.inside("send")) if arm.has("send") else None)


def _schedule(table: Table) -> Schedule:
    if not table.has("every"):
        return _on_feast(table) if table.has("festival") else _once(table)
    every, unit = _every(table)
    days = table.words("days")
    for index, day in enumerate(days):
        # Numbers mean Monday=0 to one library and Sunday=0 to every other; names mean one thing.
        if day not in WEEKDAYS:
            table.problems.error(
                f"{table.path}.days[{index}]", f"write the names of days: {', '.join(WEEKDAYS)}"
            )
    if days and unit is not Unit.WEEK:
        table.error("days go with weeks, such as every: 1w", "days")
    if unit is Unit.WEEK and not days:
        table.error("say on which days, such as [fri]", "days")
    at = table.clock("at")
    if at is None:
        table.error('say when, such as "19:30"', "at")
    day_of_month = table.whole("day", 1)
    if not 1 <= day_of_month <= 28:
        table.error("a day of the month from 1 to 28 is there every month", "day")
    only = Only(table.word("only", [each.value for each in Only], Only.EVERY_DAY.value))
    return Schedule(
        at or MORNING, every, unit, days, day_of_month, _date(table, "starts"), only=only,
        shifted=table.shifted() if only is not Only.EVERY_DAY else frozenset(),
    )  # fmt: skip


def _on_feast(table: Table) -> Schedule:
    """Return the days of a festival, moved by whole days."""
    _, days = table.feast("festival")
    offset = table.span("offset") or NO_SPAN
    if offset.exact:
        table.error("write whole days, such as -2d; at says the time", "offset")
    return Schedule(
        table.clock("at") or MORNING, feasts=tuple(day + timedelta(days=offset.days) for day in days)
    )


def _every(table: Table) -> tuple[int, Unit]:
    text = table.text("every")
    if text in WORDS:
        return WORDS[text]
    found = _EVERY.fullmatch(text)
    if found is None:
        table.error("write daily, weekly, monthly, or such as 3d, 2w, 1mo", "every")
        return 1, Unit.DAY
    return int(found[1]), UNITS[found[2]]


def _once(table: Table) -> Schedule:
    text = table.text("at")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        table.error('write a moment such as "2026-12-12T10:00:00+08:00", or every', "at")
        return Schedule()
    # Without a zone it is the app's wall clock; the timetable knows that zone.
    return Schedule(once=moment.astimezone(UTC) if moment.tzinfo else moment)


def _date(table: Table, name: str) -> date | None:
    if not table.has(name):
        return None
    try:
        return date.fromisoformat(table.text(name))
    except ValueError:
        table.error('write a day such as "2026-12-01"', name)
        return None
