"""What one group of events does inside its transaction: look up, decide, apply, answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import effects as fx
from bot.domain.commanding.command import Operator
from bot.domain.content import Text
from bot.domain.events import COMMANDED
from bot.domain.members import Member
from bot.hearing import MAX_DEPTH, Current, Hearing
from bot.turns import Answerer, Commander, Decider, Heard, Later, Outcome, Turn, event_of, repeats_of
from storage import agreements, bystanders, groups, inbox, joining, members, switches
from storage import effects as applying
from storage import events as history
from storage.database import Connection
from storage.dialect import lock_members
from storage.glances import glances
from storage.inbox import InboxEntry


class Group:
    """Handles a group of events in one transaction."""

    def __init__(
        self,
        decider: Decider,
        answerer: Answerer,
        commander: Commander,
        official: frozenset[str] = frozenset(),
    ) -> None:
        """Hold the pure part, the one that words replies and the one that operators command.

        `official` are the accounts whose addresses prove who somebody is.
        """
        self._official = official
        self._decider = decider
        self._answerer = answerer
        self._commander = commander
        self._hearing = Hearing(decider, answerer)

    def work(self, c: Connection, heard: Sequence[Heard], now: datetime) -> Outcome:
        """Store and handle the group; a key heard before gets its first answer and has no effect."""
        self._order(switches.all_on(c))
        first: dict[str, Heard] = {}
        for one in heard:
            first.setdefault(one.event.key, one)
        entries = [InboxEntry(key, one.event.account) for key, one in first.items()]
        fresh = inbox.append(c, entries, now)
        seen = inbox.answers(c, [key for key in first if key not in fresh]) if len(fresh) < len(first) else {}
        turns = self._turns(c, [first[key] for key in first if key in fresh], now)
        woken = self._handle(c, turns, now)
        later = self._obey(c, turns, now)
        answering = [(turn, turn.answer) for turn in turns if turn.answer is not None]
        answers = {turn.heard.event.key: answer for turn, answer in answering}
        # What is said to somebody who is being forgotten is not kept either.
        kept = {turn.heard.event.key: answer for turn, answer in answering if not turn.forgets}
        inbox.store_answers(c, kept)
        known = {**seen, **answers}
        given = [known.get(one.event.key) or one.acknowledgement(now) for one in heard]
        return Outcome(given, woken or bool(later) or any(turn.operator for turn in turns), later)

    def _order(self, on: Mapping[str, str]) -> None:
        decider = self._decider.ordered_to(*switches.orders(on)).switched(switches.activities(on))
        if decider is not self._decider:
            self._decider, self._hearing = decider, Hearing(decider, self._answerer)

    def set_aside(self, c: Connection, heard: Heard, error: Exception, now: datetime) -> None:
        """Quarantine an event whose handling the database refused."""
        event = heard.event
        inbox.append(c, [InboxEntry(event.key, event.account)], now)
        reason = f"failed:{type(error).__name__}"
        inbox.quarantine(c, event.key, event.account, reason, repr(event).encode("utf-8", "replace"), now)

    def _turns(self, c: Connection, heard: Sequence[Heard], now: datetime) -> list[Turn]:
        unagreed = agreements.refused(c, [one.event for one in heard])
        if unagreed:
            heard = [one for one in heard if one.event.key not in unagreed]
        heard = _in_groups(c, heard, now)
        operators = self._commander.recognise(c, heard)
        if operators:
            heard = [_commanded(one, operators) for one in heard]
        ids = members.resolve(c, [one.event for one in heard], now)
        wanted = {found for found in ids if found is not None}
        lock_members(c, wanted)
        repeats = repeats_of(self._decider.book, zip(heard, ids, strict=True))
        known: dict[int, Member] = {**glances(c, repeats, now)}
        known |= members.load(c, wanted - known.keys(), self._decider.wanted, now, lock=False)
        return [
            Turn(one, known[found] if found is not None else None, operator=operators.get(one.event.key))
            for one, found in zip(heard, ids, strict=True)
        ]

    def _obey(self, c: Connection, turns: Sequence[Turn], now: datetime) -> dict[str, Later]:
        """Do what operators commanded, in order; return what is to be asked after the commit."""
        later: dict[str, Later] = {}
        for turn in turns:
            if turn.operator is None or turn.failed is not None:
                continue
            member_id = turn.member.id if turn.member is not None else 0
            by = replace(turn.operator, member_id=member_id)
            told = self._commander.obey(c, turn.heard.event, by, now)
            if isinstance(told, Later):
                later[turn.heard.event.key] = told
            elif turn.heard.channel is not None:
                turn.answer = turn.heard.channel.answer(turn.heard.handle, Text(told), now)
        return later

    def _handle(self, c: Connection, turns: list[Turn], now: datetime) -> bool:
        current = self._hearing.hear_all(c, turns, now)
        done = [turn for turn in turns if turn.failed is None]
        if len(done) < len(turns):
            for turn in turns:
                if turn.failed is not None:
                    self.set_aside(c, turn.heard, turn.failed, now)
        woken = self._apply(c, done, current, now)
        told = [one for turn in done for one in turn.caused if isinstance(one, fx.TellPhone)]
        if told:
            joining.by_phone(c, told, self._official, now)
        happened = [(turn.heard.event, turn.member.id) for turn in done if turn.member is not None]
        bystanders.settle(c, self._decider.book, happened, now)
        return woken

    def _apply(self, c: Connection, turns: list[Turn], current: Current, now: datetime) -> bool:
        woken = False
        pending = turns
        for _ in range(MAX_DEPTH):
            history.append(c, [happened for turn in pending for happened in turn.moments], now)
            applied = applying.apply(
                c, [turn.effects for turn in pending], now, [turn.heard.event.account for turn in pending]
            )
            woken = woken or applied.woken
            again = []
            for turn, outcome in zip(pending, applied.outcomes, strict=True):
                turn.carried_out(outcome)
                if outcome and self._follow_up(turn, outcome, current, now):
                    again.append(turn)
            pending = again
            if not pending:
                break
        for turn in turns:
            if turn.heard.event.can_reply and turn.says_something:
                turn.answer = self._answerer.answer(c, turn, turn.caused, now)
        return woken

    def _follow_up(self, turn: Turn, outcome: Sequence[fx.Effect], current: Current, now: datetime) -> bool:
        emitted = [effect for effect in outcome if isinstance(effect, fx.Emit)]
        for effect in emitted:
            self._hearing.hear(turn, event_of(effect, turn.heard.event), current, now)
        return bool(emitted)


def _in_groups(c: Connection, heard: Sequence[Heard], now: datetime) -> Sequence[Heard]:
    """Keep the groups that events speak of, and let each event know its group by name."""
    spoken_of = [one.event for one in heard if one.event.group]
    if not spoken_of:
        return heard
    names = groups.note(c, spoken_of, now)
    return [
        replace(one, event=replace(one.event, properties={**one.event.properties, "group_name": name}))
        if (name := names.get(one.event.group))
        else one
        for one in heard
    ]


def _commanded(heard: Heard, operators: Mapping[str, Operator]) -> Heard:
    """Return a command as what it is, which no handler and no rule takes for a member's message."""
    if heard.event.key not in operators:
        return heard
    return replace(heard, event=replace(heard.event, kind=COMMANDED))
