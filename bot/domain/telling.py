"""Telling a member what became of something they take part in: a service message of its own."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.effects import QueueMessage
from bot.domain.events import Scalar
from bot.domain.outbox import OutboxMessage, Unreachable

SERVICE = "service"
PRIORITY = 70


def tell(
    member_id: int,
    template: str,
    key: str,
    ways: tuple[str, ...],
    at: datetime,
    lasts: timedelta,
    context: Mapping[str, Scalar],
) -> list[QueueMessage]:
    """Return the order to say it by one of these routes, as soon as one is open; nothing without a route."""
    if not ways:
        return []
    message = OutboxMessage(
        key=key,
        member_id=member_id,
        template=template,
        purpose=SERVICE,
        via=ways,
        created_at=at,
        due_at=at,
        expires_at=at + lasts,
        priority=PRIORITY,
        unreachable=Unreachable.WAIT,
        context=context,
    )
    return [QueueMessage(message)]
