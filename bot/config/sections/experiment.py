"""Experiments: what may stand in them; `scheduler/rules/experiment.py` runs them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from bot.config.sections.base import Section
from bot.config.sections.fields import Duration, Name, Text

OWN_KEYS = frozenset({"salt", "arms", "decide"})


class DecideSection(Section):
    """`experiment.decide:`; when and how a winner may be named."""

    metric: Literal["goal", "value"] = "goal"
    test: Literal["two_proportion", "welch"] = "two_proportion"
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    min_per_arm: Annotated[int, Field(ge=1, le=10**8)]
    after: Duration
    allocate: Literal["fixed", "thompson"] = "fixed"
    winner: Literal["manual", "automatic"] = "manual"


class ExperimentSection(Section):
    """`experiment:`; the steps of each arm stand under the arm's own name."""

    model_config = ConfigDict(extra="allow")

    salt: Text
    arms: Annotated[dict[Name, Annotated[float, Field(gt=0, le=1)]], Field(min_length=2, max_length=10)]
    decide: DecideSection | None = None

    @model_validator(mode="after")
    def _arms_are_complete(self) -> "ExperimentSection":
        """Refuse shares that do not add up, arms without steps, and steps of no arm."""
        if abs(sum(self.arms.values()) - 1) > 1e-9:
            raise ValueError("the shares of the arms add up to something else than 1")
        written = self.model_extra or {}
        for arm in self.arms:
            if not isinstance(written.get(arm), list):
                raise ValueError(f'the arm "{arm}" has no list of steps')  # noqa: TRY004 - pydantic reads ValueError
        for name in written:
            if name not in self.arms:
                raise ValueError(f'"{name}" is no arm')
        return self
