"""What a platform must be able to do for us, whatever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.content import Content
from bot.domain.events import InboundEvent
from bot.domain.value import value


class Capability(StrEnum):
    """What a channel can do; the contract test and the router read nothing else."""

    RECEIVE_DIRECT = "receive_direct"
    RECEIVE_GROUP = "receive_group"
    SEND_DIRECT = "send_direct"
    SEND_GROUP = "send_group"
    REPLY = "reply"
    NEEDS_HUMAN_CONFIRM = "needs_human_confirm"
    MEMBER_EVENTS = "member_events"


@value
class RawCallback:
    """An HTTP request to a callback route, read whole and bounded: `query` keeps repeated fields."""

    method: str
    query: Mapping[str, Sequence[str]]
    body: bytes
    content_type: str = ""


@value
class ReplyHandle:
    """What the channel needs to answer this callback; opaque to everyone else."""

    to: str
    sender: str


@value
class Callback:
    """An authentic callback: an event, or bytes to echo (URL verification), or neither (heard, unneeded)."""

    event: InboundEvent | None = None
    echo: bytes | None = None
    handle: ReplyHandle | None = None


@value
class Delivery:
    """One call to make: `method` is the route's kind, `to` platform addresses, `key` the idempotency key."""

    method: str
    to: tuple[str, ...]
    content: Content
    key: str = ""


@value
class Accepted:
    """The platform took the message; its own id, when it gives one."""

    platform_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


class Channel(Protocol):
    """One connected platform account."""

    account: str

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what this channel can do."""
        ...

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Return the authentic callback; raise CallbackRejected or CallbackUnintelligible."""
        ...

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return the body that answers a callback; no content means a bare acknowledgement."""
        ...

    async def send(self, delivery: Delivery) -> Accepted:
        """Deliver, or raise one leaf of SendError."""
        ...
