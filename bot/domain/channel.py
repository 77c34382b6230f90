"""What a platform must be able to do for us, whatever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from bot.domain.clock import Clock
from bot.domain.content import Content
from bot.domain.errors import CallbackUnintelligible
from bot.domain.events import InboundEvent
from bot.domain.identity import Identity
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
    authorization: str = ""


@value
class ReplyHandle:
    """What the channel needs to answer this callback; opaque to everyone else."""

    to: str
    sender: str


@value
class Callback:
    """An authentic callback: an event, or bytes to echo (URL verification), or neither (heard, unneeded).

    `more` are further events that the same callback tells; none of them is answered.
    """

    event: InboundEvent | None = None
    echo: bytes | None = None
    handle: ReplyHandle | None = None
    more: tuple[InboundEvent, ...] = ()


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


class Door(Protocol):
    """Where a channel that holds a connection of its own brings what it hears."""

    async def hear(self, callbacks: Sequence[Callback], channel: "Channel") -> list[bytes]:
        """Return what answers each once all of them are stored, in order; waits as long as it takes.

        Nothing but cancelling ends the waiting, so nobody acknowledges what is not stored.
        """
        ...

    async def people_of(self, group: Identity) -> frozenset[Identity]:
        """Return the addresses, at the group's account, of who is in a group as far as we know."""
        ...

    async def cursor(self, name: str) -> str:
        """Return how far a channel came with something it reads page by page."""
        ...

    async def keep_cursor(self, name: str, cursor: str) -> None:
        """Keep how far it came; call it after what was read is stored."""
        ...

    async def set_aside(self, error: CallbackUnintelligible, channel: "Channel") -> None:
        """Keep what nobody understands; waits as long as that takes."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A channel that goes and fetches what it hears."""

    async def listen(self, door: Door, clock: Clock) -> None:
        """Fetch until cancelled; every trouble outside is logged and waited out."""
        ...


class AnswersApart(Protocol):
    """A channel whose platform wants no answer in the response: it is said in a call of its own."""

    async def say(self, answer: bytes) -> None:
        """Say what `answer` made; a failure is logged, since the platform would not ask again."""
        ...


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
