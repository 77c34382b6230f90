"""Operators command in chat: who may, what the line means, and what is answered.

A command is heard only from the identity that the platform authenticated and that was bound by a one-time
code; whoever else writes such a line is chatting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

import structlog

from bot.domain.commanding.acts import Done
from bot.domain.commanding.circle import Names
from bot.domain.commanding.command import Asked, Command, House, Operator, Order, Outcome, Query, Refused
from bot.domain.commanding.lines import Line, read, spoken
from bot.domain.commanding.saying import Said, say
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.events import GROUP_MESSAGE, MESSAGE, InboundEvent
from bot.domain.identity import split
from bot.questions import Draw, Questions
from bot.speaking import Speaker
from bot.turns import Heard, Later
from storage import audit, operators
from storage.commands import carry_out, circles, dry_run
from storage.commands.orders import Given
from storage.database import Connection

# What may be ordered through a gateway of the operator's own: nothing that costs money.
HARMLESS = frozenset({"read", "tag"})
BRAKES = frozenset({"pause", "panic", "undo", "cancel"})

log = structlog.get_logger("commands")


@dataclass(frozen=True, slots=True)
class Commands:
    """All there are, by every name."""

    ordered: tuple[Command, ...]
    by_name: Mapping[str, Command]

    @classmethod
    def of(cls, found: Sequence[Command]) -> "Commands":
        """Return them in the order of their levels; raises ValueError when two share a name."""
        by_name: dict[str, Command] = {}
        for command in found:
            for name in command.names:
                if by_name.setdefault(name.casefold(), command) is not command:
                    raise ValueError(f"two commands are called {name}")
        return cls(tuple(sorted(found, key=lambda one: (one.level, one.alias))), by_name)

    def nearest(self, word: str) -> Command | None:
        """Return the command that somebody may have meant: most slips are of the sound."""
        sounds = {sound(name): name for name in self.by_name}
        close = get_close_matches(sound(word.casefold()), list(sounds), n=1, cutoff=0.6)
        return self.by_name[sounds[close[0]]] if close else None


def sound(word: str) -> str:
    """Return how a word sounds, in pinyin; Latin letters stand for themselves."""
    from pypinyin import lazy_pinyin  # here, since its dictionary takes a while to load

    return " ".join(lazy_pinyin(word))


class Commander:
    """Knows operators, and does what they command."""

    def __init__(
        self,
        commands: Commands,
        house: House,
        speaker: Speaker,
        policy: DeliveryPolicy,
        draw: Draw | None = None,
    ) -> None:
        """Hold the commands, what they may name, what words the answers, and what the gates go by."""
        self._policy = policy
        self._questions = Questions(speaker, house, draw)
        self._commands = commands
        self._house = house
        self._speaker = speaker

    def recognise(self, c: Connection, heard: Sequence[Heard]) -> Mapping[str, Operator]:
        """Return who of those that wrote what may be a command is an operator, by the event's key."""
        found: dict[str, Operator] = {}
        for one in heard:
            event = one.event
            # Only who writes to an account of ours directly is who the platform says.
            to_us = event.kind == MESSAGE or (event.kind == GROUP_MESSAGE and event.mentions_bot)
            directly = split(event.known_as)[0] == event.account
            if not (to_us and directly and spoken(event.text)) or read(event.text) is None:
                continue
            bound = operators.find(c, event.known_as)
            if bound is not None:
                permissions = self._house.roles.get(bound.role, frozenset())
                found[event.key] = Operator(bound.known_as, bound.name, bound.role, permissions)
        return found

    def obey(self, c: Connection, event: InboundEvent, by: Operator, now: datetime) -> str | Later:
        """Carry a command out, or say what is to be asked for it; never raises for what was written."""
        line = read(event.text) or Line("", ())
        try:
            with c.begin_nested():
                outcome = self._outcome(c, event, line, by, now)
        except Refused as refused:
            return self._speaker.worded(refused.said)
        except Exception:  # one command's fault is answered, and harms nothing else of its group
            log.exception("command_failed", verb=line.verb)
            return self._speaker.worded(say("command_failed"))
        if isinstance(outcome, Query):
            return self._questions.later(outcome, event, by, now)
        return self._speaker.worded(outcome)

    def _outcome(
        self, c: Connection, event: InboundEvent, line: Line, by: Operator, now: datetime
    ) -> Said | Query:
        command = self._found(line)
        costly = command.permission not in HARMLESS and command.alias not in BRAKES
        if command.permission not in by.permissions or (costly and event.account in self._house.doubtful):
            audit.note(c, audit.Entry(by.known_as, "command.refused", command.alias, {"role": by.role}), now)
            return say("not_yours", command=command.name, needs=say(f"may_{command.permission}"))
        names = self._names(c)
        asked = Asked(line, by, now, event.key, self._house, names, self._commands.ordered)
        outcome: Outcome = command.run(asked)
        if not isinstance(outcome, Order):
            return outcome
        given = Given(by, event.key, now, self._policy)
        if line.dry:
            return say("dry_run") + outcome.answer(dry_run(c, outcome.act, given))
        done = carry_out(c, outcome.act, given)
        result = done.result if isinstance(done, Done) else "shown"
        entry = audit.Entry(by.known_as, f"command.{command.alias}", outcome.target, {"result": result})
        audit.note(c, entry, now)
        return outcome.answer(done)

    def _found(self, line: Line) -> Command:
        # Some are called by two words, the first of which is a command too.
        two = f"{line.verb} {line.words[0].casefold()}" if line.words else ""
        command = self._commands.by_name.get(two) or self._commands.by_name.get(line.verb)
        if command is None:
            if not line.verb:
                raise Refused(say("no_verb"))
            near = self._commands.nearest(line.verb)
            if near is None:
                raise Refused(say("no_command", verb=line.verb))
            raise Refused(say("no_such_command", verb=line.verb, near=near.name))
        return command

    def _names(self, c: Connection) -> Names:
        segments = {**self._house.segments, **circles.saved(c)}
        tags = circles.tags_known(c) | self._house.tags
        return Names(segments, self._house.stages, tags, circles.groups_known(c))
