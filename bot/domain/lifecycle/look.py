"""One look at a member: what was known, what is new, and what it leads to, gathered in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.effects import Effect
from bot.domain.events import InboundEvent
from bot.domain.folding import fold
from bot.domain.lifecycle.entry import Change
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.members import Member
from bot.domain.outbox import OutboxState


@dataclass(slots=True)
class Look:
    """The member as the effects so far have changed them, and those effects.

    `turns` are the moments at which stage and segments could turn, found while judging them; `settled`
    says how many effects there were then.
    """

    book: Rulebook
    member: Member
    now: datetime
    event: InboundEvent | None = None
    stage: str = ""
    entered: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    outcomes: Mapping[str, OutboxState] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    turns: list[datetime] = field(default_factory=list)
    settled: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """Return the member's time zone."""
        return self.book.zone_of(self.member)

    @property
    def overdue_since(self) -> datetime | None:
        """Return the time of the look that was due by now, None when none was."""
        due = self.member.review_at
        return due if due is not None and due <= self.now else None

    def do(self, effects: Sequence[Effect]) -> None:
        """Note effects and let the member feel them."""
        for effect in effects:
            self.effects.append(effect)
            self.member = fold(self.member, effect)

    def change(self) -> Change:
        """Return what is new, as entries are told it."""
        return Change(
            member=self.member,
            now=self.now,
            zone=self.zone,
            event=self.event,
            stage=self.stage,
            entered=self.entered,
            left=self.left,
            since=self.overdue_since,
        )
