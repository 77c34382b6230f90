"""suppress: sends the member nothing of a purpose for a while."""

from dataclasses import dataclass

from bot.domain.effects import AddTag, Effect, Suppress
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here
from bot.domain.lifecycle.spans import Span, after


@dataclass(frozen=True, slots=True)
class Quiet(Action):
    """Suppress a purpose, and say so with a tag that ends with it."""

    purpose: str
    lasts: Span
    tag: str = ""

    def begin(self, here: Here) -> Answer:
        """Order the suppression."""
        source = f"rule:{here.rule.name}"
        until = after(here.now, self.lasts, here.zone)
        effects: list[Effect] = [Suppress(here.member.id, self.purpose, until, source, here.now)]
        if self.tag:
            effects.append(AddTag(here.member.id, self.tag, source, here.now, until))
        return Go(effects=tuple(effects))


def read(fields: Fields) -> Quiet:
    """Return the step as the file states it."""
    inside = fields.inside("suppress")
    lasts = inside.span("lasts", required=True) or Span(days=1)
    return Quiet(inside.text("purpose", "marketing"), lasts, inside.text("tag", ""))


RULE_KIND = StepKind("suppress", read)
