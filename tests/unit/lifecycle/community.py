"""A tiny community for the rules: a book read from real YAML, and one member whose days can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.config.conditions import Names, parse
from bot.config.document import read
from bot.config.problems import Problems
from bot.config.rules import Known, read_rules
from bot.discovery import RULE_KINDS, plugins
from bot.domain import effects as fx
from bot.domain.conditions import Condition
from bot.domain.events import InboundEvent, Scalar
from bot.domain.folding import fold
from bot.domain.lifecycle.decide import advance, decide, review
from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.lifecycle.settling import emitted
from bot.domain.members import Holding, Member
from bot.domain.outbox import OutboxMessage, OutboxState

NOW = datetime(2026, 11, 14, 2, 0, tzinfo=UTC)  # Saturday, 10:00 in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")
ROUTES = ("reply", "customer_service", "mass", "subscription_notice")

STAGES = """
stages:
  unfollowed: {unfollowed: true}
  dormant: {all: [{known_for: ">=30d"}, {not: {did: any, within: 30d}}]}
  buyer: {did: order.paid}
  new: {}
segments:
  lead: {all: [{stage: new}, {not: {did: order.paid}}]}
  active: {did: member.message, within: 30d}
  complained: {did: complaint.opened, within: 14d}
  mothers: {tag: 母婴}
"""


def known_of(body: Mapping[str, object]) -> Known:
    segments, stages = body.get("segments", {}), body.get("stages", {})
    assert isinstance(segments, dict)
    assert isinstance(stages, dict)
    return Known(
        Names(segments, tuple(stages), ("new10", "back15", "invite8")),
        tuple(plugins(*RULE_KINDS).values()),
        ROUTES,
        ("care", "vip"),
    )


def problems_of(text: str) -> list[str]:
    """Every problem of a rules section, one line each."""
    problems = Problems()
    body: dict[str, Any] = dict(read((STAGES + text).encode(), "rules.yaml", problems).body)
    read_rules(body.get("rules", {}), known_of(body), problems)
    return [problem.line() for problem in problems.found]


def _trees(raw: object, known: Known, problems: Problems) -> dict[str, Condition]:
    assert isinstance(raw, dict)
    return {name: parse(each, name, problems, known.names) for name, each in raw.items()}


def book_of(text: str, stages: str = STAGES) -> Rulebook:
    """The book of a rules section that has no problems."""
    problems = Problems()
    body = read((stages + text).encode(), "rules.yaml", problems).body
    known = known_of(body)
    rules = body.get("rules", {})
    assert isinstance(rules, dict)
    found = read_rules(rules, known, problems)
    stage_trees, segment_trees = (
        _trees(body.get(part, {}), known, problems) for part in ("stages", "segments")
    )
    assert not problems.found, [problem.line() for problem in problems.found]
    return Rulebook(found, stage_trees, segment_trees, SHANGHAI)


class Life:
    """One member's life: events and time go in, effects are folded and gathered."""

    def __init__(self, text: str, member: Member | None = None, stages: str = STAGES) -> None:
        self.book = book_of(text, stages)
        kinds = dict.fromkeys(self.book.moment_kinds, ())
        self.member = member or Member(1, NOW, moments=kinds)
        self.now = NOW
        self.effects: list[fx.Effect] = []
        self.outcomes: dict[str, OutboxState] = {}
        self._count = 0

    def say(self, text: str = "你好") -> None:
        self.happens("member.message", text=text)

    def happens(
        self,
        kind: str,
        properties: Mapping[str, Scalar] | None = None,
        *,
        text: str = "",
        at: datetime | None = None,
        silent: bool = False,
    ) -> list[fx.Effect]:
        self._count += 1
        event = InboundEvent(
            f"e{self._count}", "shop", kind, at or self.now, "shop:o1", text, properties or {}, silent=silent
        )
        return self.hear(event)

    def hear(self, event: InboundEvent) -> list[fx.Effect]:
        self.member = self.member.did(event.kind, event.at, event.amount)
        return self._follow(self._do(decide(self.book, event, self.member, self.now)))

    def sent(self, state: OutboxState = OutboxState.SENT) -> list[fx.Effect]:
        """The row that the run waits for becomes final, and the run looks again."""
        found: list[fx.Effect] = []
        for run in self.active:
            if run.waiting_for:
                self.outcomes[run.waiting_for] = state
                found += self.look(run.id)
        return found

    def look(self, run_id: str) -> list[fx.Effect]:
        run = next(run for run in self.member.runs if run.id == run_id)
        return self._do(advance(self.book, run, self.member, self.now, self.outcomes))

    def passes(self, by: timedelta) -> list[fx.Effect]:
        """Time passes; everything due on the way happens at its moment."""
        end, found = self.now + by, []
        for _ in range(1000):
            moment = min((each for each in self._agenda() if each <= end), default=None)
            if moment is None:
                break
            self.now = max(self.now, moment)
            found += self.tick()
        else:
            raise AssertionError("time stands still")
        self.now = end
        return found

    def tick(self) -> list[fx.Effect]:
        """What is due now happens."""
        found: list[fx.Effect] = []
        if self.member.review_at is not None and self.member.review_at <= self.now:
            found += self._do(review(self.book, self.member, self.now))
        for run in self.active:
            if run.due_at is not None and run.due_at <= self.now and run in self.active:
                found += self.look(run.id)
        return self._follow(found)

    def holds(self, batch: str, expires_at: datetime) -> None:
        holding = Holding(batch, "issued", self.now, expires_at)
        self.member = replace(self.member, holdings={**self.member.holdings, batch: holding})

    def _follow(self, found: list[fx.Effect]) -> list[fx.Effect]:
        for emit in [effect for effect in found if isinstance(effect, fx.Emit)]:
            found = found + self.hear(emitted(emit))
        return found

    def _do(self, effects: list[fx.Effect]) -> list[fx.Effect]:
        for effect in effects:
            self.member = fold(self.member, effect)
        self.effects += effects
        return effects

    def _agenda(self) -> list[datetime]:
        due = [run.due_at for run in self.active if run.due_at is not None]
        return due + ([self.member.review_at] if self.member.review_at else [])

    @property
    def active(self) -> list[Enrollment]:
        return [run for run in self.member.runs if run.active]

    @property
    def step(self) -> str:
        """The step of the only active run; empty when there is none."""
        return "".join(run.step for run in self.active)

    @property
    def messages(self) -> list[OutboxMessage]:
        return [effect.message for effect in self.effects if isinstance(effect, fx.QueueMessage)]

    @property
    def last_run(self) -> Enrollment:
        """The run moved or started last."""
        runs = [e.enrollment for e in self.effects if isinstance(e, fx.Enroll | fx.MoveEnrollment)]
        return runs[-1]

    def count(self, kind: type[fx.Effect]) -> int:
        return sum(isinstance(effect, kind) for effect in self.effects)


def rule(steps: str, entry: str = "{event: member.followed}", more: str = "") -> str:
    """A rules section with one rule."""
    return f"rules:\n  r:\n    entry: {entry}\n    steps: {steps}\n{more}"
