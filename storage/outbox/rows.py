"""How a message becomes a row of the outbox and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot.domain.outbox import CouponOrder, OutboxMessage, OutboxState, Unreachable
from storage.tables import table
from storage.tables.delivery import OutboxRow

OUTBOX = table(OutboxRow)
# What `message_of` needs, in its order.
MESSAGE_COLUMNS = (
    "key", "member_id", "template", "purpose", "via", "created_at", "due_at", "expires_at", "priority",
    "rule", "step", "campaign", "enrollment_id", "unreachable", "coupon", "platform_template", "context",
    "is_answer", "caused_by",
)  # fmt: skip
_BLANK: dict[str, Any] = {
    "reason": "", "reason_until": None, "detail": "", "attempts": 0, "owner": "", "claimed_at": None,
    "counted_at": None, "route": "", "keyed_at": None, "coupon_code": "", "batch_key": "", "text": "",
    "platform_id": "", "finished_at": None, "receipt": "",
}  # fmt: skip


def platform_key(key: str) -> str:
    """Return the idempotency key a platform gets for this row: 32 hexadecimal digits, always the same."""
    return sha256(key.encode()).hexdigest()[:32]


def row_of(message: OutboxMessage) -> dict[str, Any]:
    """Return every column of a new, queued row."""
    return {
        **_BLANK,
        "key": message.key,
        "member_id": message.member_id,
        "template": message.template,
        "purpose": message.purpose,
        "via": list(message.via),
        "created_at": message.created_at,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "priority": message.priority,
        "rule": message.rule,
        "step": message.step,
        "campaign": message.campaign,
        "enrollment_id": message.enrollment_id,
        "unreachable": message.unreachable.value,
        "coupon": _document(message.coupon) if message.coupon else {},
        "platform_template": message.platform_template,
        "context": dict(message.context),
        "is_answer": message.is_answer,
        "caused_by": message.caused_by,
        "state": OutboxState.QUEUED.value,
        "platform_key": platform_key(message.key),
    }


def message_of(values: Sequence[Any]) -> OutboxMessage:
    """Return the message behind the values of `MESSAGE_COLUMNS`."""
    key, member_id, template, purpose, via, created_at, due_at, expires_at, priority = values[:9]
    rule, step, campaign, enrollment_id, unreachable, coupon, platform_template, context = values[9:17]
    is_answer, caused_by = values[17:]
    return OutboxMessage(
        key, member_id, template, purpose, tuple(via), created_at, due_at, expires_at, priority, rule, step,
        campaign, enrollment_id, Unreachable(unreachable), _order(coupon) if coupon else None,
        platform_template, context, is_answer, caused_by,
    )  # fmt: skip


def _document(order: CouponOrder) -> dict[str, str]:
    until = order.claim_until
    return {
        "batch": order.batch,
        "basis": order.basis,
        "claim_keyword": order.claim_keyword,
        "claim_until": until.isoformat() if until else "",
    }


def _order(document: Mapping[str, str]) -> CouponOrder:
    until = document.get("claim_until", "")
    return CouponOrder(
        document["batch"],
        document.get("basis", ""),
        document.get("claim_keyword", ""),
        datetime.fromisoformat(until) if until else None,
    )
