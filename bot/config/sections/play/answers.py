"""满意度, 投票 and 问答."""

from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from bot.config.sections.fields import Duration, Name, Natural, Text
from bot.config.sections.play.times import ActivitySection, begins, ends
from bot.domain.activities import Poll, Survey


class SurveySection(ActivitySection):
    """One entry of `activities.survey`."""

    after: Annotated[list[Text], Field(min_length=1)]
    delay: Duration = timedelta(days=1)
    low: Annotated[int, Field(ge=0, le=10)] = 6
    queue: Name
    tags: dict[Literal["low", "high"], Text] = Field(default_factory=dict)

    def built(self, name: str, zone: ZoneInfo) -> Survey:
        """Return the terms."""
        return Survey(
            name,
            tuple(self.after),
            self.delay,
            self.low,
            self.queue,
            {str(which): tag for which, tag in self.tags.items()},
            begins(self.opens, zone),
            ends(self.closes, zone),
            self.heard(),
            self.terms or "",
        )


class PollSection(ActivitySection):
    """One entry of `activities.poll`."""

    question: Text
    choices: Annotated[list[Text], Field(min_length=2, max_length=26)]
    right: Text | None = None
    points: Natural = 0
    tags: dict[Text, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "PollSection":
        """Refuse a right choice, or a tag, of no choice."""
        for choice in ([self.right] if self.right else []) + list(self.tags):
            if choice not in self.choices:
                raise ValueError(f'"{choice}" is none of the choices')
        if self.points and self.right is None:
            raise ValueError("points are for the right choice; write right")
        return self

    def built(self, name: str, zone: ZoneInfo) -> Poll:
        """Return the terms."""
        return Poll(
            name, self.question, tuple(self.choices), self.right or "", self.points, self.tags,
            begins(self.opens, zone), ends(self.closes, zone), self.heard(f"投票 {name}", f"问答 {name}"),
            self.terms or "",
        )  # fmt: skip
