"""A member's life lived by the real rules, kept beside as storage keeps it, and explained."""

from __future__ import annotations

from datetime import datetime

from bot.domain import effects as fx
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.rule import Rule
from bot.domain.why import life as kept
from bot.domain.why.entry import Fate
from bot.domain.why.story import Why, why
from tests.unit.lifecycle.community import NOW, Life


class Kept(Life):
    """A life whose events, edges and runs are kept."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.happenings: list[kept.Happening] = []
        self.working: list[tuple[datetime, bool]] = [(NOW, True)]

    def hear(self, event: InboundEvent) -> list[fx.Effect]:
        about = {**event.properties, **({"text": event.text} if event.text else {})}
        self.happenings.append(
            kept.Happening(event.kind, event.at, self.now, event.account, event.key, event.amount, about)
        )
        return super().hear(event)

    def whole(self) -> kept.Life:
        runs = {
            effect.enrollment.id: effect.enrollment
            for effect in self.effects
            if isinstance(effect, fx.Enroll | fx.MoveEnrollment)
        }
        edges = (effect for effect in self.effects if isinstance(effect, fx.SetMembership))
        return kept.Life(
            member=self.member,
            happenings=tuple(self.happenings),
            edges=tuple(kept.Edge(edge.segment, edge.inside, edge.at) for edge in edges),
            runs=tuple(sorted(runs.values(), key=lambda run: run.entered_at)),
            working={name: tuple(self.working) for name in self.book.rules},
        )

    def why(self, at: datetime | None = None) -> Why:
        """The answer for the only rule."""
        (rule,) = self.book.rules.values()
        return why(self.book, rule, self.whole(), at or self.now)

    def differs(self, rule: Rule, at: datetime, life: kept.Life | None = None) -> str:
        """Where the answer and what happened differ, empty when nowhere."""
        life = life or self.whole()
        answer = why(self.book, rule, life, at)
        happened = sorted(run.key for run in life.runs if run.rule == rule.name and run.entered_at <= at)
        replayed = sorted(one.key for one in answer.chances if one.fate is Fate.ENTERED)
        lost = [one for one in answer.chances if one.fate is Fate.LOST]
        return "" if happened == replayed and not lost else f"{happened} {answer}"
