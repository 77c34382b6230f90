"""Takes a run as far as it goes: through every step that ends at once, up to the one that waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.effects import Effect
from bot.domain.events import InboundEvent
from bot.domain.folding import fold
from bot.domain.lifecycle.ending import ended
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, Passed
from bot.domain.lifecycle.program import Answer, Go, Here, Step
from bot.domain.lifecycle.rule import Rule
from bot.domain.members import Member
from bot.domain.outbox import OutboxState
from bot.domain.predicate import holds
from bot.domain.value import evolve

# More steps than this in one go is a program that turns in a circle; the run ends and says so.
MOST_STEPS = 500


@dataclass(slots=True)
class Walk:
    """A run on its way in one call: the member as the steps have changed them, and what they ordered."""

    rule: Rule
    run: Enrollment
    member: Member
    now: datetime
    zone: ZoneInfo
    event: InboundEvent | None = None
    entering: bool = False
    outcomes: Mapping[str, OutboxState] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    trail: list[Passed] = field(default_factory=list)

    def start(self) -> None:
        """Run from the first step."""
        self._arrive(self.rule.program.first)

    def look_again(self) -> None:
        """Run on from the step being waited in."""
        if not self.run.step:
            self.start()
            return
        step = self.rule.program.steps.get(self.run.step)
        if step is None:
            self._end(EnrollmentState.EXITED, "step_removed")
            return
        self._follow(step, step.action.resume(self._here(step)), self.run.step)

    def _arrive(self, target: str) -> None:
        for _ in range(MOST_STEPS):
            if not target:
                self._end(EnrollmentState.DONE, "")
                return
            step = self.rule.program.steps.get(target)
            if step is None:
                self._end(EnrollmentState.EXITED, "step_removed")
                return
            following = self._enter(step)
            if following is None:
                return
            target = following
        self._end(EnrollmentState.EXITED, "circle")

    def _enter(self, step: Step) -> str | None:
        """Run one step; return the id of the next one, None when this one waits."""
        if step.when is not None and not holds(step.when, self.member, self.now, self.run.context):
            self.trail.append(Passed(step.id, self.now, "passed_over", "when"))
            return step.next
        self.run = evolve(self.run, step=step.id, began_at=self.now, due_at=None, waiting_for="")
        return self._take(step, step.action.begin(self._here(step)))

    def _follow(self, step: Step, answer: Answer, was: str) -> None:
        following = self._take(step, answer, again=was)
        if following is not None:
            self._arrive(following)

    def _take(self, step: Step, answer: Answer, again: str = "") -> str | None:
        for effect in answer.effects:
            self.effects.append(effect)
            self.member = fold(self.member, effect)
        if isinstance(answer, Go):
            if answer.rounds is not None:
                self.run = evolve(self.run, rounds=answer.rounds)
            if answer.arm:
                self.run = evolve(self.run, arm=answer.arm)
            self.trail.append(Passed(step.id, self.now, "done", answer.note))
            return step.next if answer.to is None else answer.to
        if not again:
            self.trail.append(Passed(step.id, self.now, "began"))
        self.run = evolve(
            self.run,
            due_at=answer.due_at,
            waiting_for=answer.waiting_for,
            sent_at=answer.sent_at or self.run.sent_at,
        )
        return None

    def _end(self, state: EnrollmentState, reason: str) -> None:
        self.run = ended(self.rule, self.run, state, reason, self.now)
        self.trail.append(Passed(self.run.step, self.now, state.value, reason))

    def _here(self, step: Step) -> Here:
        return Here(
            rule=self.rule,
            step=step,
            run=self.run,
            member=self.member,
            now=self.now,
            zone=self.zone,
            event=self.event,
            entering=self.entering,
            outcomes=self.outcomes,
        )
