"""The audience of a campaign, frozen into the outbox by one statement."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, func, literal, select

from bot.domain.conditions import Condition
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.spans import Span
from bot.domain.outbox import CouponOrder, OutboxMessage
from storage.conditions import where
from storage.dialect import insert_for
from storage.full_pass import MEMBER, alive, written
from storage.outbox.rows import OUTBOX, row_of

NOBODY = 0


def firing_key(campaign: str, nominal: datetime) -> str:
    """Return the key of one firing; a member's message of it is that and the member's id."""
    return f"campaign:{campaign}/{nominal:%Y-%m-%dT%H:%M}"


def expires_at(campaign: Campaign, nominal: datetime) -> datetime:
    """Return when the messages of a firing are no longer wanted."""
    return nominal + campaign.saying.expires.length


def freeze(connection: Connection, campaign: Campaign, nominal: datetime, now: datetime) -> int:
    """Queue the campaign for everybody who is in its audience now; return how many that are.

    Queuing the same firing again adds nobody twice. What a later look at the member forbids, the gates
    hold back at send.
    """
    key = firing_key(campaign.name, nominal)
    return queue_for(connection, message_to_all(campaign, key, nominal, now), campaign.audience, now)


def queue_for(connection: Connection, message: OutboxMessage, audience: Condition, now: datetime) -> int:
    """Queue a message for everybody in the audience now, each with the message's key and their own number."""
    key = message.key
    values: dict[str, Any] = row_of(message)
    columns: dict[str, ColumnElement[Any]] = {
        name: literal(value, OUTBOX.c[name].type) for name, value in values.items()
    }
    columns["member_id"] = MEMBER.c.id
    columns["key"] = literal(f"{key}/", String).concat(func.cast(MEMBER.c.id, String))
    columns["platform_key"] = _platform_key(connection, key)
    chosen = select(*columns.values()).where(alive(), where(audience, now))
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
