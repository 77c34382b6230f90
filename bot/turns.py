"""An event being handled: what was heard, what it has caused so far, and who decides and answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from bot.domain import effects as fx
from bot.domain.channel import Channel, ReplyHandle
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.members import Member
from bot.domain.value import value
from storage import events as history
from storage import members
from storage.database import Connection


@value
class Heard:
    """One event to handle, with what is needed to answer it when it came by callback."""

    event: InboundEvent
    handle: ReplyHandle | None
    channel: Channel | None

    def acknowledgement(self, now: datetime) -> bytes:
        """Return the bare acknowledgement of this callback."""
        return self.channel.answer(self.handle, None, now) if self.channel else b""


@dataclass(slots=True)
class Turn:
    """One event being handled: its member as it stands now and everything it caused so far."""

    heard: Heard
    member: Member | None
    effects: list[fx.Effect] = field(default_factory=list)
    moments: list[history.Happened] = field(default_factory=list)
    failed: Exception | None = None
    answer: bytes | None = None
    forgets: bool = False


@value
class Outcome:
    """The answers in the order of the group, and whether something became due at once."""

    answers: list[bytes]
    woken: bool


class Decider(Protocol):
    """The pure part: what an event means for its member."""

    wanted: members.Wanted
    book: Rulebook

    def pausing(self, rules: Collection[str]) -> Self:
        """Return the same decider with exactly these rules paused by an operator."""
        ...

    def decide(self, event: InboundEvent, member: Member, now: datetime) -> list[fx.Effect]:
        """Return the effects of one event on its member."""
        ...


class Answerer(Protocol):
    """Turns what an event caused into the one passive reply of its callback."""

    def answer(self, c: Connection, turn: Turn, caused: Sequence[fx.Effect], now: datetime) -> bytes | None:
        """Return the bytes that answer the callback, None when there is nothing to say.

        May mark outbox rows as sent.
        """
        ...


def account_effects(event: InboundEvent) -> list[fx.Effect]:
    """Return the effects of an event that belongs to an account, not to a member."""
    if event.kind != "delivery.receipt":
        return []
    return [
        fx.Receipt(
            event.account,
            str(event.properties.get("platform_id", "")),
            bool(event.properties.get("delivered", False)),
            str(event.properties.get("status", "")),
            event.at,
        )
    ]


def event_of(effect: fx.Emit, cause: InboundEvent) -> InboundEvent:
    """Return what an effect announces as the event that handlers and rules hear."""
    return InboundEvent(
        key=effect.key,
        account=cause.account,
        kind=effect.kind,
        at=effect.at,
        known_as=cause.known_as,
        properties=effect.properties,
        amount=effect.amount,
        silent=cause.silent,
    )
