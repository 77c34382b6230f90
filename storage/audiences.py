"""The audience of a campaign, frozen into the outbox: by one statement, or by arms of its experiment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, func, literal, select

from bot.domain import programs
from bot.domain.conditions import Always, Condition
from bot.domain.delivery.reasons import Reason
from bot.domain.experiments.arms import order_of
from bot.domain.lifecycle.campaign import Campaign, Division
from bot.domain.lifecycle.spans import Span
from bot.domain.outbox import CouponOrder, OutboxMessage, OutboxState
from storage import switches
from storage.conditions import where
from storage.dialect import chunks, insert_for
from storage.full_pass import MEMBER, alive, written
from storage.outbox.rows import OUTBOX, row_of

NOBODY = 0
PART = 1000


def firing_key(campaign: str, nominal: datetime) -> str:
    """Return the key of one firing; a member's message of it is that and the member's id."""
    return f"{programs.of_campaign(campaign)}/{nominal:%Y-%m-%dT%H:%M}"


def expires_at(campaign: Campaign, nominal: datetime) -> datetime:
    """Return when the messages of a firing are no longer wanted."""
    return nominal + campaign.saying.expires.length


def freeze(connection: Connection, campaign: Campaign, nominal: datetime, now: datetime) -> int:
    """Queue the campaign for everybody who is in its audience now; return how many that are.

    Queuing the same firing again adds nobody twice. What a later look at the member forbids, the gates
    hold back at send.
    """
    key = firing_key(campaign.name, nominal)
    if campaign.division is not None:
        return _divide(connection, campaign, campaign.division, key, nominal, now)
    return queue_for(connection, message_to_all(campaign, key, nominal, now), campaign.audience, now)


def _divide(
    connection: Connection, campaign: Campaign, division: Division, key: str, nominal: datetime, now: datetime
) -> int:
    """Queue for each in the audience what their arm says; the arm stands in the row's `step`.

    Who is in an arm that says nothing gets a row too, which ends at once: it is where their arm is kept.
    """
    ordered = f"{switches.ARMS}{programs.of_campaign(campaign.name)}"
    order = order_of(switches.all_on(connection).get(ordered, ""))
    members = connection.execute(select(MEMBER.c.id).where(alive(), where(campaign.audience, now))).scalars()
    by_arm: dict[str, list[int]] = {}
    for member_id in members:
        by_arm.setdefault(division.arm(member_id, order).name, []).append(member_id)
    queued = 0
    for arm in division.arms:
        one = replace(campaign, saying=arm.saying) if arm.saying is not None else campaign
        message = replace(message_to_all(one, key, nominal, now), step=arm.name)
        for part in chunks(by_arm.get(arm.name, ()), PART):
            queued += queue_for(connection, message, Always(), now, part, silent=arm.saying is None)
    return queued


def queue_for(
    connection: Connection,
    message: OutboxMessage,
    audience: Condition,
    now: datetime,
    only: Sequence[int] | None = None,
    *,
    silent: bool = False,
) -> int:
    """Queue a message for everybody in the audience now, each with the message's key and their own number.

    `only` leaves out everybody else. What is `silent` ends as it is queued: a control group.
    """
    key = message.key
    values: dict[str, Any] = row_of(message)
    if silent:
        values |= {"state": OutboxState.SKIPPED.value, "reason": Reason.HOLDOUT.value, "finished_at": now}
    columns: dict[str, ColumnElement[Any]] = {
        name: literal(value, OUTBOX.c[name].type) for name, value in values.items()
    }
    columns["member_id"] = MEMBER.c.id
    columns["key"] = literal(f"{key}/", String).concat(func.cast(MEMBER.c.id, String))
    columns["platform_key"] = _platform_key(connection, key)
    chosen = select(*columns.values()).where(alive(), where(audience, now))
    if only is not None:
        chosen = chosen.where(MEMBER.c.id.in_(only))
    statement = insert_for(connection, OUTBOX).from_select(list(columns), chosen)
    return written(connection, statement.on_conflict_do_nothing(index_elements=["key"]))


def _platform_key(connection: Connection, key: str) -> ColumnElement[Any]:
    """Return 32 hexadecimal digits, always the same for one member of one firing."""
    firing = sha256(key.encode()).hexdigest()[:16]
    if connection.dialect.name == "sqlite":
        return literal(firing, String).concat(func.printf("%016x", MEMBER.c.id))
    return literal(firing, String).concat(func.lpad(func.to_hex(MEMBER.c.id), 16, "0"))


def message_to_all(campaign: Campaign, key: str, nominal: datetime, now: datetime) -> OutboxMessage:
    """Return the message as everybody gets it, still without a member."""
    saying = campaign.saying
    order = None
    if saying.coupon:
        until = now + (saying.claim_lasts or Span()).length if saying.claim_lasts else None
        order = CouponOrder(saying.coupon, saying.basis, saying.claim_keyword, until)
    return OutboxMessage(
        key=key,
        member_id=NOBODY,
        template=saying.template,
        purpose=saying.purpose or campaign.purpose,
        via=saying.via,
        created_at=now,
        due_at=now,
        expires_at=expires_at(campaign, nominal),
        priority=campaign.priority,
        campaign=campaign.name,
        unreachable=saying.unreachable,
        coupon=order,
        platform_template=saying.platform_template,
        caused_by=key,
    )
