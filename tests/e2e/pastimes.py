"""A shop that tells of orders, for the tests of what members can do in chat."""

from datetime import datetime, timedelta

from bot.domain.events import ORDER_PAID, InboundEvent
from bot.domain.identity import NUMBER, identity
from bot.domain.outbox import OutboxMessage, Unreachable
from tests.whole import Whole


async def ordered(community: Whole, member: str, number: int, yuan: int, kind: str = ORDER_PAID) -> None:
    """Let the shop tell of an order, or of what it paid back."""
    at = community.program.clock.now()
    told = {"order_id": f"HT-{number}"}
    key, whose = f"{kind}:{number}", identity(NUMBER, member)
    event = InboundEvent(key, "webhook", kind, at, whose, properties=told, amount=yuan * 100)
    await community.program.dispatcher.accept([event])


def note_for(member_id: int, now: datetime) -> OutboxMessage:
    later = now + timedelta(days=1)
    return OutboxMessage(
        "note", member_id, "vip/brief", "service", ("customer_service",), now, now, later,
        unreachable=Unreachable.WAIT,
    )  # fmt: skip
