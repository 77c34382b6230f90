"""tag: puts tags on the member or takes them off."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.effects import AddTag, Effect, RemoveTag
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here
from bot.domain.lifecycle.spans import Span, after


@dataclass(frozen=True, slots=True)
class Tag(Action):
    """Add and remove tags."""

    add: tuple[str, ...]
    remove: tuple[str, ...]
    lasts: Span | None = None

    def begin(self, here: Here) -> Answer:
        """Order the changes; a tag that is there or not there already stays so."""
        source = f"rule:{here.rule.name}"
        until: datetime | None = after(here.now, self.lasts, here.zone) if self.lasts else None
        added: list[Effect] = [AddTag(here.member.id, name, source, here.now, until) for name in self.add]
        gone: list[Effect] = [RemoveTag(here.member.id, name, source, here.now) for name in self.remove]
        return Go(effects=(*added, *gone))


def read(fields: Fields) -> Tag:
    """Return the step as the file states it."""
    inside = fields.inside("tag")
    step = Tag(inside.words("add"), inside.words("remove"), inside.span("lasts"))
    if not step.add and not step.remove:
        inside.error("name tags to add or to remove")
    return step


RULE_KIND = StepKind("tag", read)
