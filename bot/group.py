"""What one group of events does inside its transaction: look up, decide, apply, answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from bot.domain import effects as fx
from bot.domain.events import InboundEvent
from bot.domain.folding import fold
from bot.domain.members import Member
from bot.turns import Answerer, Decider, Heard, Outcome, Turn, account_effects, event_of
from storage import bystanders, inbox, members, switches
from storage import effects as applying
from storage import events as history
from storage.database import Connection
from storage.inbox import InboxEntry

MAX_DEPTH = 5

log = structlog.get_logger("dispatcher")


class Group:
    """Handles a group of events in one transaction."""

    def __init__(self, decider: Decider, answerer: Answerer) -> None:
        """Hold the pure part and the one that words replies."""
        self._decider = decider
        self._answerer = answerer

    def work(self, c: Connection, heard: Sequence[Heard], now: datetime) -> Outcome:
        """Store and handle the group; a key heard before gets its first answer and has no effect."""
        self._decider = self._decider.pausing(switches.paused_rules(c))
        first: dict[str, Heard] = {}
        for one in heard:
            first.setdefault(one.event.key, one)
        entries = [InboxEntry(key, one.event.account) for key, one in first.items()]
        fresh = inbox.append(c, entries, now)
        seen = inbox.answers(c, [key for key in first if key not in fresh]) if len(fresh) < len(first) else {}
        turns = self._turns(c, [first[key] for key in first if key in fresh], now)
        woken = self._handle(c, turns, now)
        answers = {turn.heard.event.key: turn.answer for turn in turns if turn.answer is not None}
        # What is said to somebody who is being forgotten is not kept either.
        kept = {turn.heard.event.key for turn in turns if not turn.forgets}
        inbox.store_answers(c, {key: body for key, body in answers.items() if key in kept})
        return Outcome([self._body(one, answers, seen, now) for one in heard], woken)

    def set_aside(self, c: Connection, heard: Heard, error: Exception, now: datetime) -> None:
        """Quarantine an event whose handling the database refused."""
        event = heard.event
        inbox.append(c, [InboxEntry(event.key, event.account)], now)
        reason = f"failed:{type(error).__name__}"
        inbox.quarantine(c, event.key, event.account, reason, repr(event).encode("utf-8", "replace"), now)

    def _turns(self, c: Connection, heard: Sequence[Heard], now: datetime) -> list[Turn]:
        ids = members.resolve(c, [one.event for one in heard], now)
        wanted = {found for found in ids if found is not None}
        snapshots = members.load(c, sorted(wanted), self._decider.wanted, now)
        return [
            Turn(one, snapshots[found] if found is not None else None)
            for one, found in zip(heard, ids, strict=True)
        ]

    def _handle(self, c: Connection, turns: list[Turn], now: datetime) -> bool:
        current: dict[int, Member] = {}
        for turn in turns:
            self._decide(turn, turn.heard.event, current, now)
        done = [turn for turn in turns if turn.failed is None]
        for turn in turns:
            if turn.failed is not None:
                self.set_aside(c, turn.heard, turn.failed, now)
        woken = self._apply(c, done, current, now)
        happened = [(turn.heard.event, turn.member.id) for turn in done if turn.member is not None]
        bystanders.settle(c, self._decider.book, happened, now)
        return woken

    def _apply(self, c: Connection, turns: list[Turn], current: dict[int, Member], now: datetime) -> bool:
        woken = False
        caused: dict[int, list[fx.Effect]] = {id(turn): [] for turn in turns}
        pending = turns
        for _ in range(MAX_DEPTH):
            history.append(c, [happened for turn in pending for happened in turn.moments], now)
            applied = applying.apply(
                c, [turn.effects for turn in pending], now, [turn.heard.event.account for turn in pending]
            )
            woken = woken or applied.woken
            again = []
            for turn, outcome in zip(pending, applied.outcomes, strict=True):
                caused[id(turn)] += [*turn.effects, *outcome]
                turn.effects, turn.moments = [], []
                if self._follow_up(turn, outcome, current, now):
                    again.append(turn)
            pending = again
            if not pending:
                break
        for turn in turns:
            effects = caused[id(turn)]
            turn.forgets = any(isinstance(effect, fx.EraseMember) for effect in effects)
            if turn.heard.event.can_reply:
                turn.answer = self._answerer.answer(c, turn, effects, now)
        return woken

    def _follow_up(
        self, turn: Turn, outcome: Sequence[fx.Effect], current: dict[int, Member], now: datetime
    ) -> bool:
        emitted = [effect for effect in outcome if isinstance(effect, fx.Emit)]
        for effect in emitted:
            self._decide(turn, event_of(effect, turn.heard.event), current, now)
        return bool(emitted)

    def _decide(self, turn: Turn, event: InboundEvent, current: dict[int, Member], now: datetime) -> None:
        try:
            self._fold(turn, event, current, now)
        except Exception as error:  # one event's fault is quarantined alone, see Turn.failed
            log.exception("event_failed", kind=event.kind, account=event.account)
            turn.failed = error
            turn.effects, turn.moments = [], []

    def _fold(self, turn: Turn, event: InboundEvent, current: dict[int, Member], now: datetime) -> None:
        if turn.member is None:
            turn.effects += account_effects(event)
            return
        member = current.get(turn.member.id, turn.member)
        queue = [event]
        moments: list[history.Happened] = []
        caused: list[fx.Effect] = []
        for _ in range(MAX_DEPTH):
            following: list[InboundEvent] = []
            for one in queue:
                member = member.did(one.kind, one.at, one.amount)
                moments.append(history.Happened.of(member.id, one))
                for effect in self._decider.decide(one, member, now):
                    member = fold(member, effect)
                    caused.append(effect)
                    if isinstance(effect, fx.Emit):
                        following.append(event_of(effect, event))
            queue = following
            if not queue:
                break
        turn.member = current[member.id] = member
        turn.effects += caused
        turn.moments += moments

    @staticmethod
    def _body(
        heard: Heard, answers: Mapping[str, bytes], seen: Mapping[str, bytes | None], now: datetime
    ) -> bytes:
        key = heard.event.key
        known = answers.get(key) or seen.get(key)
        return known if known is not None else heard.acknowledgement(now)
