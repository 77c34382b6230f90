"""How fast each account may be called, and when it rests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from bot.domain.delivery.pace import RECOVERS_AFTER, Grant, grant
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.routes import Rate
from storage import alerts, switches
from storage.dialect import insert_new, listed, within
from storage.reading import Query, Rows, moment_decoder, stamped
from storage.tables import table
from storage.tables.delivery import RateRow
from storage.writing import Change

RATE = table(RateRow)
SLOWEST = 64


@dataclass(frozen=True, slots=True)
class _State:
    arrival_at: datetime
    rest_until: datetime | None
    slowdown: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What the accounts allow now.

    `brake` is ``paused`` or ``fenced`` when nothing may be sent at all. `off` holds switches such as
    ``rule:winback``, ``account:shop``, ``template:gift``. `rests` is for `Ledger.rests`. `budget` is how
    many calls may go now (None: no limit), `next_at` when there is more.
    """

    brake: str
    off: frozenset[str]
    rests: Mapping[str, datetime]
    budget: int | None
    next_at: datetime | None


def read(c: Connection, policy: DeliveryPolicy, most: int, now: datetime) -> Pace:
    """Return what may be sent now, at most `most`; reserves nothing."""
    on = switches.all_on(c)
    brake, off = switches.brake(on), frozenset(on)
    rows = _states(c, _RATES.rows(c))
    rests = {name: row.rest_until for name, row in rows.items() if row.rest_until and row.rest_until > now}
    if any(route.account not in policy.rates for route in policy.routes.values()):
        return Pace(brake, off, rests, None, None)
    grants = [
        _grant(rows.get(f"account:{account}"), policy.rates[account], most, now)
        for account in {route.account for route in policy.routes.values()}
    ]
    budget = sum(one.calls for one in grants)
    return Pace(brake, off, rests, budget, min((one.next_at for one in grants), default=None))


def reserve(
    c: Connection, wanted: Mapping[str, int], policy: DeliveryPolicy, now: datetime
) -> dict[str, Grant]:
    """Take up to `wanted` calls of each account and return what was granted; unlimited ones are absent."""
    limited = sorted(account for account in wanted if account in policy.rates)
    if not limited:
        return {}
    names = [f"account:{account}" for account in limited]
    found = _held(c, names)
    if len(found) < len(names):
        insert_new(c, RATE, [_fresh(name, now) for name in names if name not in found], ["name"])
        found = _held(c, names)
    granted = {}
    for account, name in zip(limited, names, strict=True):
        one = _grant(found[name], policy.rates[account], wanted[account], now)
        if one.calls:
            _ARRIVE.run(c, which=name, arrival=stamped(c, one.arrival))
        granted[account] = one
    return granted


def rest(c: Connection, name: str, until: datetime, reason: str, now: datetime, *, slower: bool) -> None:
    """Let ``account:shop`` or ``route:mass`` rest until then; `slower` halves the account's rate."""
    insert_new(c, RATE, [_fresh(name, now)], ["name"])
    row = _held(c, [name])[name]
    slowdown = min(SLOWEST, _slowdown(row, now) * 2) if slower else _slowdown(row, now)
    later = max(until, row.rest_until) if row.rest_until else until
    c.execute(
        update(RATE).where(RATE.c.name == name).values(rest_until=later, slowdown=slowdown, reason=reason)
    )


def stop_account(c: Connection, account: str, reason: str, now: datetime, detail: str = "") -> None:
    """Switch the account off and raise the alarm with the platform's words; `resume` switches it on again."""
    switches.turn_on(c, f"{switches.ACCOUNT}{account}", "platform", now, reason)
    alerts.raise_(c, f"account:{account}", "critical", f"{reason}: {detail}" if detail else reason, now)


def _grant(row: _State | None, rate: Rate, wanted: int, now: datetime) -> Grant:
    if row is None:
        return grant(now, rate, 1, wanted, now)
    return grant(row.arrival_at, rate, _slowdown(row, now), wanted, now)


def _slowdown(row: _State, now: datetime) -> int:
    if row.rest_until is None or row.rest_until + RECOVERS_AFTER <= now:
        return 1
    return row.slowdown


def _held(c: Connection, names: Sequence[str]) -> dict[str, _State]:
    """Return these rows, nobody else's until the commit."""
    return _states(c, _LOCKED.rows(c, ids=listed(c, names)))


def _states(c: Connection, rows: Rows) -> dict[str, _State]:
    moment = moment_decoder(c)
    return {
        name: _State(moment(arrival), moment(until) if until else None, slowdown)
        for name, arrival, until, slowdown in rows
    }


def _locked(c: Connection) -> Any:
    statement = _state().where(within(c, RATE.c.name)).order_by(RATE.c.name)
    return statement.with_for_update() if c.dialect.name == "postgresql" else statement


def _state() -> Select[Any]:
    return select(RATE.c.name, RATE.c.arrival_at, RATE.c.rest_until, RATE.c.slowdown)


def _fresh(name: str, now: datetime) -> dict[str, Any]:
    return {"name": name, "arrival_at": now, "rest_until": None, "slowdown": 1, "reason": ""}


_RATES = Query(lambda _c: _state())
_LOCKED = Query(_locked)
_ARRIVE = Change(
    lambda _c: update(RATE).where(RATE.c.name == bindparam("which")).values(arrival_at=bindparam("arrival"))
)
