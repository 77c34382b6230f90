"""An event being handled: what was heard, what it has caused so far, and who decides and answers."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from bot.domain import effects as fx
from bot.domain.channel import Channel, ReplyHandle
from bot.domain.commanding.command import Operator
from bot.domain.content import Content
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.members import Member
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value
from storage import events as history
from storage import members
from storage.database import Connection
from storage.glances import Repeat

# An answer is made of one of these.
_SAID = (fx.Reply, fx.QueueMessage)


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
    """One event being handled: its member as it stands now and everything it caused so far.

    `effects` are still to be carried out, `caused` are; `moments` are still to be written. `operator` is
    who wrote it, when it is a command.
    """

    heard: Heard
    member: Member | None
    effects: list[fx.Effect] = field(default_factory=list)
    moments: list[history.Happened] = field(default_factory=list)
    caused: list[fx.Effect] = field(default_factory=list)
    failed: Exception | None = None
    answer: bytes | None = None
    operator: Operator | None = None

    def begin_again(self) -> None:
        """Forget what was decided on a glance."""
        self.effects, self.moments, self.failed = [], [], None

    def carried_out(self, outcome: Sequence[fx.Effect]) -> None:
        """Note that the effects are in the database, with what came of them."""
        self.caused += self.effects
        self.caused += outcome
        self.effects, self.moments = [], []

    @property
    def says_something(self) -> bool:
        """Return whether something was caused that an answer may come of."""
        return any(type(effect) is not fx.OpenWindow and isinstance(effect, _SAID) for effect in self.caused)

    @property
    def forgets(self) -> bool:
        """Return whether the member is forgotten by this."""
        return any(isinstance(effect, fx.EraseMember) for effect in self.caused)


@value
class Later:
    """A command's question that is answered after the commit, outside every transaction that writes.

    `look` asks and words the answer. One that takes too long is answered by `meanwhile` first, and by the
    message that `afterwards` makes of the answer then. `picture`, if any, draws what was found; it is to be
    called after `look`, away from the loop, and gives the message that shows it. `apart`, if any, is asked
    instead of `look`: it takes long, and opens the database for itself.
    """

    look: Callable[[Connection], str]
    meanwhile: str
    failed: str
    afterwards: Callable[[str, datetime], OutboxMessage | None]
    picture: Callable[[datetime], OutboxMessage | None] | None = None
    apart: Callable[[], str] | None = None


@value
class Outcome:
    """The answers in the order of the group, and whether something became due at once.

    `later` holds what is still to be asked, by the event's key.
    """

    answers: list[bytes]
    woken: bool
    later: Mapping[str, Later] = field(default_factory=dict)


class Decider(Protocol):
    """The pure part: what an event means for its member."""

    wanted: members.Wanted
    book: Rulebook

    def ordered_to(self, paused: Collection[str], arms: Mapping[str, str]) -> Self:
        """Return the same decider with exactly these rules paused and these weights of arms, by rule."""
        ...

    def switched(self, activities: Mapping[str, str]) -> Self:
        """Return the same decider with exactly these activities opened or closed by hand."""
        ...

    def decide(self, event: InboundEvent, member: Member, now: datetime) -> list[fx.Effect]:
        """Return the effects of one event on its member."""
        ...


def repeats_of(book: Rulebook, heard: Iterable[tuple[Heard, int | None]]) -> list[Repeat]:
    """Return what to glance at: for each kind whose repetition moves nobody, who did nothing else here."""
    doers: dict[str, set[int]] = {}
    others: set[int] = set()
    for one, member_id in heard:
        if member_id is None:
            continue
        if book.repeat_window(one.event.kind) is not None:
            doers.setdefault(one.event.kind, set()).add(member_id)
        else:
            others.add(member_id)
    return [
        Repeat(kind, frozenset(ids - others), window, book.heeding(kind))
        for kind, ids in doers.items()
        if (window := book.repeat_window(kind)) is not None
    ]


class Commander(Protocol):
    """Knows operators, and does what they command."""

    def recognise(self, c: Connection, heard: Sequence[Heard]) -> Mapping[str, Operator]:
        """Return who of those that wrote what may be a command is an operator, by the event's key."""
        ...

    def obey(self, c: Connection, event: InboundEvent, by: Operator, now: datetime) -> str | Later:
        """Carry a command out, or say what is to be asked for it; never raises for what was written."""
        ...


class Answerer(Protocol):
    """Turns what an event caused into the one passive reply of its callback."""

    def settled(self, reply: fx.Reply) -> Content | None:
        """Return what a reply always says, whoever it is given to; None when that depends on anything."""
        ...

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
