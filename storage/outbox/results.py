"""Recording what became of sends, and teaching the ledgers what the platform said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from bot.domain.delivery.departures import Departure, InDoubt, Outcome, Postponed, Refused, Sent, Stopped
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from storage import allowances, coupons, rates
from storage.dialect import listed
from storage.outbox.corrections import REROUTED, correct
from storage.outbox.ending import wake_runs
from storage.outbox.marks import MARKS, MINE
from storage.outbox.repeating import in_doubt, repeated
from storage.reading import stamped
from storage.tables import table
from storage.tables.delivery import OutboxRow

OUTBOX = table(OutboxRow)
MAX_ATTEMPTS = 5


def record(
    c: Connection, outcomes: Sequence[Outcome], owner: str, policy: DeliveryPolicy, now: datetime
) -> None:
    """Store what became of rows this owner claimed; a row somebody else ended meanwhile stays as it is."""
    outcomes = _ours(c, outcomes, owner)
    if not outcomes:
        return
    at = stamped(c, now)
    rows: list[dict[str, Any]] = []
    final: list[str] = []
    unsent: list[Departure] = []
    for outcome in outcomes:
        row = _row(c, outcome, policy, now) | {"at": at}
        rows.append(row)
        if row["done"]:
            final.append(outcome.departure.message.key)
        if row["into"] in {"queued", "waiting", "failed"}:
            unsent.append(outcome.departure)
    for into, change in MARKS.items():
        change.many(c, [row for row in rows if row["into"] == into])
    _note_receipts(c, outcomes)
    _settle(c, outcomes, unsent, final, now)
    _learn(c, outcomes, policy, now)
    wake_runs(c, final, now)


def _note_receipts(c: Connection, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Sent) and outcome.receipt:
            mine = OUTBOX.c.id == outcome.departure.id
            c.execute(update(OUTBOX).where(mine).values(receipt=outcome.receipt))


def _ours(c: Connection, outcomes: Sequence[Outcome], owner: str) -> list[Outcome]:
    """Return the outcomes of rows that are still in this owner's hands, and hold those rows.

    A row marked unknown by somebody who thought us dead counts as ours: we know what became of it.
    """
    if not outcomes:
        return []
    ids = listed(c, [outcome.departure.id for outcome in outcomes])
    mine = {row[0] for row in MINE.rows(c, ids=ids, owner_is=owner)}
    return [outcome for outcome in outcomes if outcome.departure.id in mine]


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
        if one.departure.coupon
        and one.departure.message.key in ended
        and (isinstance(one, Sent | InDoubt) or repeated(one.departure))
    ]
    if kept:
        coupons.confirm(c, kept, now)


def _again(c: Connection, reason: str, detail: str, at: datetime) -> dict[str, Any]:
    return {"into": "queued", "why": str(reason), "words": detail, "due": stamped(c, at), "done": False}


def _learn(c: Connection, outcomes: Sequence[Outcome], policy: DeliveryPolicy, now: datetime) -> None:
    ordered: set[tuple[str, str]] = set()
    for outcome in outcomes:
        if isinstance(outcome, Refused) and outcome.correction:
            correct(c, outcome, policy, now)
        elif isinstance(outcome, Postponed | Stopped) or (
            isinstance(outcome, InDoubt) and outcome.rest_until
        ):
            order = (outcome.departure.route, outcome.reason)
            if order not in ordered:
                _obey(c, outcome, policy, now)
            ordered.add(order)


def _obey(
    c: Connection, outcome: Postponed | Stopped | InDoubt, policy: DeliveryPolicy, now: datetime
) -> None:
    """Let the account or one of its APIs rest, slow down or stop, as the platform wants or needs."""
    account = policy.routes[outcome.departure.route].account
    if isinstance(outcome, InDoubt):
        until = outcome.rest_until or now
        rates.rest(c, f"account:{account}", until, outcome.reason, now, slower=False)
        return
    if isinstance(outcome, Stopped):
        rates.stop_account(c, account, outcome.reason, now, outcome.detail)
        return
    if outcome.scope == "api":
        name = f"route:{outcome.departure.route}"
        rates.rest(c, name, outcome.until, outcome.reason, now, slower=False)
    if outcome.scope == "account" or (outcome.scope == "api" and outcome.slower):
        name = f"account:{account}"
        rates.rest(c, name, outcome.until, outcome.reason, now, slower=outcome.slower)


def _row(c: Connection, outcome: Outcome, policy: DeliveryPolicy, now: datetime) -> dict[str, Any]:
    row = {"row": outcome.departure.id, "done": True, "why": "", "words": "", "back": 0}
    if not isinstance(outcome, Sent) and repeated(outcome.departure):
        # Whatever is wrong with the repetition says nothing about the first call: with a new key or by
        # another route the message could arrive twice.
        return row | in_doubt(c, outcome, policy, now)
    match outcome:
        case Sent():
            return row | {"into": "sent", "platform": outcome.platform_id, "said": outcome.text}
        case InDoubt():
            return row | in_doubt(c, outcome, policy, now)
        case Stopped():
            return row | _again(c, Reason.ACCOUNT_STOPPED, outcome.detail, now) | {"back": 1}
        case Refused():
            return row | _refused(c, outcome, now)
        case Postponed():
            return row | _postponed(c, outcome, policy, now)


def _refused(c: Connection, outcome: Refused, now: datetime) -> dict[str, Any]:
    if outcome.correction in REROUTED and outcome.departure.attempt < MAX_ATTEMPTS:
        # The ledger is corrected in this transaction; the gates then look for another route.
        return _again(c, outcome.reason, outcome.detail, now)
    return {"into": "failed", "why": outcome.reason, "words": outcome.detail}


def _postponed(c: Connection, outcome: Postponed, policy: DeliveryPolicy, now: datetime) -> dict[str, Any]:
    route = policy.routes[outcome.departure.route]
    if route.batch is not None and route.key_lives(outcome.departure.keyed_at, outcome.until):
        # A stored batch stays together: `adopt_batches` repeats the whole call with its key.
        return in_doubt(c, outcome, policy, now)
    if outcome.reason == Reason.ALONE:
        # A window that opens before the next batch lets it leave by another route.
        return _again(c, outcome.reason, outcome.detail, outcome.until) | {"into": "waiting", "back": 1}
    if outcome.scope != "message":
        # A rest ordered for everybody is not this row's fault and does not count as a try.
        return _again(c, outcome.reason, outcome.detail, outcome.until) | {"back": 1}
    if outcome.departure.attempt >= MAX_ATTEMPTS:
        return {"into": "failed", "why": Reason.POISON.value, "words": f"{outcome.reason}: {outcome.detail}"}
    return _again(c, outcome.reason, outcome.detail, outcome.until)
