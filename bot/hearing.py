"""Letting the decider hear events one after another, each with the member as the one before left them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain import effects as fx
from bot.domain.events import InboundEvent
from bot.domain.folding import fold
from bot.domain.glance import Glance, Unread
from bot.domain.members import Member
from bot.turns import Answerer, Decider, Turn, account_effects, event_of
from storage import events as history
from storage import members
from storage.database import Connection

MAX_DEPTH = 5

log = structlog.get_logger("dispatcher")

# Members as the turns so far have left them.
Current = dict[int, Member]


class Hearing:
    """Lets the decider hear what happened."""

    def __init__(self, decider: Decider, answerer: Answerer) -> None:
        """Hold the pure part, and the one that knows which replies are the same for everybody."""
        self._decider = decider
        self._answerer = answerer

    def hear_all(self, c: Connection, turns: Sequence[Turn], now: datetime) -> Current:
        """Decide each turn; those for which a glance at the member did not do, with everything known."""
        current: Current = {}
        unread: set[int] = set()
        for turn in turns:
            if turn.member is not None and turn.member.id in unread:
                continue
            try:
                self.hear(turn, turn.heard.event, current, now)
            except Unread:
                unread.add(turn.member.id if turn.member is not None else 0)
        if unread:
            again = [turn for turn in turns if turn.member is not None and turn.member.id in unread]
            current.update(members.load(c, unread, self._decider.wanted, now, lock=False))
            for turn in again:
                turn.begin_again()
                self.hear(turn, turn.heard.event, current, now)
        return current

    def hear(self, turn: Turn, event: InboundEvent, current: Current, now: datetime) -> None:
        """Let the decider hear an event and what it announces; the turn keeps what came of it.

        A failure fails the turn alone. Raises Unread when the member must be known better.
        """
        if turn.member is None:
            turn.effects += account_effects(event)
            return
        member = current.get(turn.member.id, turn.member)
        try:
            if isinstance(member, Glance):
                member = self._glance(turn, event, member, now)
            else:
                member = self._follow(turn, event, member, now)
        except Unread:
            raise
        except Exception as error:  # one event's fault is quarantined alone, see Turn.failed
            log.exception("event_failed", kind=event.kind, account=event.account)
            turn.failed = error
            turn.effects, turn.moments = [], []
        else:
            turn.member = current[member.id] = member

    def _glance(self, turn: Turn, event: InboundEvent, member: Glance, now: datetime) -> Glance:
        """Decide what a glance is enough for: a window opened, a reply that is the same for everybody."""
        member = member.did(event.kind, event.at, event.amount)
        effects = self._decider.decide(event, member, now)
        for effect in effects:
            if type(effect) is not fx.OpenWindow and not self._settled(effect):
                raise Unread(type(effect).__name__)
        turn.effects += effects
        turn.moments.append(history.Happened.of(member.id, event))
        return member

    def _settled(self, effect: fx.Effect) -> bool:
        return isinstance(effect, fx.Reply) and self._answerer.settled(effect) is not None

    def _follow(self, turn: Turn, event: InboundEvent, member: Member, now: datetime) -> Member:
        heard = follow(self._decider.decide, event, member, now)
        turn.effects += heard.effects
        turn.moments += [history.Happened.of(member.id, one) for one in heard.events]
        return heard.member


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of an event and of all it announced: the member then, every event, every effect."""

    member: Member
    events: list[InboundEvent]
    effects: list[fx.Effect]


Decide = Callable[[InboundEvent, Member, datetime], Sequence[fx.Effect]]


def follow(decide: Decide, event: InboundEvent, member: Member, now: datetime) -> Followed:
    """Decide an event and what it announces, each with the member as the one before left them."""
    queue = [event]
    events: list[InboundEvent] = []
    caused: list[fx.Effect] = []
    for _ in range(MAX_DEPTH):
        following: list[InboundEvent] = []
        for one in queue:
            member = member.did(one.kind, one.at, one.amount)
            events.append(one)
            for effect in decide(one, member, now):
                member = fold(member, effect)
                caused.append(effect)
                if isinstance(effect, fx.Emit):
                    following.append(event_of(effect, event))
        queue = following
        if not queue:
            break
    return Followed(member, events, caused)
