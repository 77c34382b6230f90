"""Stages, segments, rules and campaigns: everything that is built of conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.config.conditions import Names, parse
from bot.config.document import Plain
from bot.config.draft import Draft
from bot.config.parts import Parts
from bot.config.problems import Problems
from bot.domain.conditions import AllOf, Always, Condition
from bot.domain.lifecycle.rule import Rule


@dataclass(frozen=True, slots=True)
class Programs:
    """What decides over members."""

    stages: Mapping[str, Condition]
    segments: Mapping[str, Condition]
    rules: Mapping[str, Rule]


def read_programs(
    body: Mapping[str, Plain], draft: Draft, parts: Parts, home: Path, problems: Problems
) -> Programs:
    """Return what decides over members; what is wrong goes to `problems`."""
    names = Names(draft.segments, tuple(draft.stages), tuple(draft.coupons))
    stages = {name: parse(raw, f"stages.{name}", problems, names) for name, raw in draft.stages.items()}
    segments = {name: parse(raw, f"segments.{name}", problems, names) for name, raw in draft.segments.items()}
    _check_order(stages, problems)
    return Programs(stages, segments, {})


def _check_order(stages: Mapping[str, Condition], problems: Problems) -> None:
    """Refuse a stage nobody can reach, because one before it always holds or is the same."""
    before: dict[Condition, str] = {}
    for name, condition in stages.items():
        whole = next((each for each in before if each in (Always(), AllOf(()))), None)
        if whole is not None:
            problems.error(
                f"stages.{name}", f"nobody reaches this stage: {before[whole]} before it always holds"
            )
        elif condition in before:
            problems.error(f"stages.{name}", f"nobody reaches this stage: {before[condition]} is the same")
        before.setdefault(condition, name)
    if stages and not any(each in before for each in (Always(), AllOf(()))):
        problems.warning(
            "stages", "a member may be in no stage; end with a stage of everybody, such as new: {}"
        )
