"""Recording what became of sends, and teaching the ledgers what the platform said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, null, or_, update

from bot.domain.delivery.departures import Departure, InDoubt, Outcome, Postponed, Refused, Sent, Stopped
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from storage import allowances, coupons, rates
from storage.outbox.corrections import REROUTED, correct
from storage.outbox.ending import wake_runs
from storage.outbox.rows import OUTBOX
from storage.reading import stamped
from storage.writing import Change

MAX_ATTEMPTS = 5
REPEAT_AFTER = timedelta(seconds=2)


def record(
    c: Connection, outcomes: Sequence[Outcome], owner: str, policy: DeliveryPolicy, now: datetime
) -> None:
    """Store what became of rows this owner claimed; a row somebody else ended meanwhile stays as it is."""
    if not outcomes:
        return
    at = stamped(c, now)
    rows: list[dict[str, Any]] = []
    final: list[str] = []
    unsent: list[Departure] = []
    for outcome in outcomes:
        row = _row(c, outcome, owner, policy, now) | {"at": at}
        rows.append(row)
        if row["done"]:
            final.append(outcome.departure.message.key)
        if not isinstance(outcome, Sent | InDoubt):
            unsent.append(outcome.departure)
    for into, change in _CHANGES.items():
        change.many(c, [row for row in rows if row["into"] == into])
    _settle(c, outcomes, unsent, final, now)
    _learn(c, outcomes, policy, now)
    wake_runs(c, final, now)


def _settle(
    c: Connection,
    outcomes: Sequence[Outcome],
    unsent: Sequence[Departure],
    final: Sequence[str],
    now: datetime,
) -> None:
    """Return what was reserved for sends that did not happen; confirm the coupons of those that did."""
    allowances.give_back(c, [(one.message.member_id, *one.allowance) for one in unsent if one.allowance])
    # A row tried again keeps its coupon's reservation under its own key.
    ended = set(final)
    gone = [one.message.key for one in unsent if one.coupon and one.message.key in ended]
    if gone:
        coupons.give_back(c, gone, now)
    # In doubt the member may hold the code already, so it must work.
    kept = [
        one.departure.message.key
        for one in outcomes
        if isinstance(one, Sent | InDoubt) and one.departure.coupon and one.departure.message.key in ended
    ]
    if kept:
        coupons.confirm(c, kept, now)


def _again(c: Connection, reason: str, detail: str, at: datetime) -> dict[str, Any]:
    return {"into": "queued", "why": str(reason), "detail": detail, "due": stamped(c, at), "done": False}


def _doubt(c: Connection, outcome: InDoubt, policy: DeliveryPolicy, now: datetime) -> dict[str, Any]:
    departure = outcome.departure
    route = policy.routes.get(departure.route)
    if route is not None and route.key_lives(departure.keyed_at, now) and departure.attempt < MAX_ATTEMPTS:
        # Stays claimed but without an owner: `adopt` sends it again with the same key, past the gates.
        due = stamped(c, now + REPEAT_AFTER * departure.attempt)
        return {"into": "sending", "why": outcome.reason, "detail": outcome.detail, "done": False, "due": due}
    return {"into": "unknown", "why": Reason.DOUBTFUL.value, "detail": outcome.detail}


def _learn(c: Connection, outcomes: Sequence[Outcome], policy: DeliveryPolicy, now: datetime) -> None:
    for outcome in outcomes:
        match outcome:
            case Refused(correction=correction) if correction:
                correct(c, outcome, policy, now)
            case Postponed(scope="api"):
                name = f"route:{outcome.departure.route}"
                rates.rest(c, name, outcome.until, outcome.reason, now, slower=False)
                if outcome.slower:
                    _slow_down(c, outcome, policy, now)
            case Postponed(scope="account"):
                _slow_down(c, outcome, policy, now)
            case Stopped():
                account = policy.routes[outcome.departure.route].account
                rates.stop_account(c, account, outcome.reason, now)


def _slow_down(c: Connection, outcome: Postponed, policy: DeliveryPolicy, now: datetime) -> None:
    account = policy.routes[outcome.departure.route].account
    rates.rest(c, f"account:{account}", outcome.until, outcome.reason, now, slower=outcome.slower)


def _row(
    c: Connection, outcome: Outcome, owner: str, policy: DeliveryPolicy, now: datetime
) -> dict[str, Any]:
    row = {"row": outcome.departure.id, "owner_is": owner, "done": True, "why": "", "detail": "", "back": 0}
    match outcome:
        case Sent():
            return row | {"into": "sent", "platform": outcome.platform_id, "said": outcome.text}
        case InDoubt():
            return row | _doubt(c, outcome, policy, now)
        case Stopped():
            return row | _again(c, Reason.ACCOUNT_STOPPED, outcome.detail, now) | {"back": 1}
        case Refused():
            return row | _refused(c, outcome, now)
        case Postponed():
            return row | _postponed(c, outcome)


def _refused(c: Connection, outcome: Refused, now: datetime) -> dict[str, Any]:
    if outcome.correction in REROUTED and outcome.departure.attempt < MAX_ATTEMPTS:
        # The ledger is corrected in this transaction; the gates then look for another route.
        return _again(c, outcome.reason, outcome.detail, now)
    return {"into": "failed", "why": outcome.reason, "detail": outcome.detail}


def _postponed(c: Connection, outcome: Postponed) -> dict[str, Any]:
    if outcome.scope != "message":
        # A rest ordered for everybody is not this row's fault and does not count as a try.
        return _again(c, outcome.reason, outcome.detail, outcome.until) | {"back": 1}
    if outcome.departure.attempt >= MAX_ATTEMPTS:
        return {"into": "failed", "why": Reason.POISON.value, "detail": f"{outcome.reason}: {outcome.detail}"}
    return _again(c, outcome.reason, outcome.detail, outcome.until)


def _change(**values: Any) -> Change:
    # A row already marked unknown by somebody who thought us dead is ours to correct: we know the outcome.
    ours = or_(OUTBOX.c.state == literal_column("'sending'"), OUTBOX.c.state == literal_column("'unknown'"))
    mine = (OUTBOX.c.id == bindparam("row"), OUTBOX.c.owner == bindparam("owner_is"), ours)
    return Change(lambda _c: update(OUTBOX).where(*mine).values(**values))


_WHY: dict[str, Any] = {"reason": bindparam("why"), "detail": bindparam("detail")}
_CHANGES = {
    "sent": _change(
        state=literal_column("'sent'"),
        platform_id=bindparam("platform"),
        text=bindparam("said"),
        finished_at=bindparam("at"),
        reason=literal_column("''"),
        detail=literal_column("''"),
    ),
    "queued": _change(
        state=literal_column("'queued'"),
        owner=literal_column("''"),
        due_at=bindparam("due"),
        counted_at=null(),
        attempts=OUTBOX.c.attempts - bindparam("back"),
        **_WHY,
    ),
    "failed": _change(
        state=literal_column("'failed'"), counted_at=null(), finished_at=bindparam("at"), **_WHY
    ),
    "unknown": _change(state=literal_column("'unknown'"), finished_at=bindparam("at"), **_WHY),
    "sending": _change(owner=literal_column("''"), due_at=bindparam("due"), **_WHY),
}
