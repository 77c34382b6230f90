"""A plan's particulars as a document and back."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.domain.commanding.plans import SEND, Plan
from bot.domain.conditions import Always
from bot.domain.outbox import CouponOrder, OutboxMessage, Unreachable
from storage.conditions.document import from_document


def body_of(plan: Plan) -> dict[str, Any]:
    """Return a plan's particulars as plain values."""
    message = plan.message
    said: dict[str, Any] = {}
    if message is not None:
        order = message.coupon
        said = {
            "template": message.template,
            "purpose": message.purpose,
            "via": list(message.via),
            "priority": message.priority,
            "unreachable": message.unreachable.value,
            "coupon": [order.batch, order.basis, order.claim_keyword] if order else [],
            "platform_template": message.platform_template,
            "lasts": plan.lasts.total_seconds(),
        }
    return {"name": plan.name, "text": plan.text, "tags": list(plan.tags), "add": plan.add, "cost": plan.cost,
            "version": plan.version, "said": said}  # fmt: skip


def message_of(
    body: Mapping[str, Any], key: str, campaign: str, now: datetime, start: datetime
) -> OutboxMessage:
    """Return the message behind a plan's particulars, due at `start`, still without a member."""
    said = body["said"]
    until = start + timedelta(seconds=said["lasts"])
    order = said["coupon"]
    return OutboxMessage(
        key=key,
        member_id=0,
        template=said["template"],
        purpose=said["purpose"],
        via=tuple(said["via"]),
        created_at=now,
        due_at=start,
        expires_at=until,
        priority=said["priority"],
        campaign=campaign,
        unreachable=Unreachable(said["unreachable"]),
        coupon=CouponOrder(order[0], order[1], order[2], until if order[2] else None) if order else None,
        platform_template=said["platform_template"],
        caused_by=key,
    )


def plan_of(row: Any, now: datetime) -> Plan:
    """Return the plan behind its row."""
    body = row.body
    start = row.starts_at or now
    message = message_of(body, "?", "", now, start) if row.kind == SEND else None
    tree = from_document(row.tree) if row.tree else Always()
    lasts = timedelta(seconds=body["said"]["lasts"]) if body["said"] else timedelta(days=3)
    return Plan(row.kind, body["name"], body["text"], tree, message, lasts, row.starts_at, body["cost"],
                body["version"], tuple(body["tags"]), body["add"])  # fmt: skip


def digest(body: Mapping[str, Any], version: str) -> str:
    """Return what stands for everything that was shown of a plan but its numbers."""
    whole = json.dumps([body, version], ensure_ascii=False, sort_keys=True)
    return sha256(whole.encode()).hexdigest()
