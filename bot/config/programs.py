"""Stages, segments, rules and campaigns: everything that is built of conditions."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.config.claims import check_claims
from bot.config.conditions import Names, parse
from bot.config.document import Plain, under
from bot.config.draft import Draft
from bot.config.law import check_children, check_fairness, check_gifts
from bot.config.messages import check_messages, names_of
from bot.config.parts import Messages, Parts
from bot.config.problems import Problems
from bot.config.rules import Known, read_campaigns, read_rules
from bot.config.sections.base import validated
from bot.config.sections.experiment import ExperimentSection
from bot.config.sends import Gift, gifts
from bot.domain.conditions import AllOf, Always, Condition
from bot.domain.delivery.policy import MARKETING
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Rule

Program = TypeVar("Program", Rule, Campaign)


@dataclass(frozen=True, slots=True)
class Programs:
    """What decides over members."""

    stages: Mapping[str, Condition]
    segments: Mapping[str, Condition]
    rules: Mapping[str, Rule]
    campaigns: Mapping[str, Campaign]
    gifts: Collection[Gift]


def read_programs(draft: Draft, parts: Parts, messages: Messages | None, problems: Problems) -> Programs:
    """Return what decides over members; what is wrong goes to `problems`."""
    names = Names(draft.segments, tuple(draft.stages), draft.written["coupons"])
    stages = {name: parse(raw, f"stages.{name}", problems, names) for name, raw in draft.stages.items()}
    segments = {name: parse(raw, f"segments.{name}", problems, names) for name, raw in draft.segments.items()}
    _check_order(stages, problems)
    known = _known(draft, parts, names, messages)
    rules = _read_each(read_rules, draft.rules, known, problems)
    campaigns = _read_each(read_campaigns, draft.campaigns, known, problems)
    found = gifts({"rules": draft.rules, "campaigns": draft.campaigns})
    check_gifts(found, draft, problems)
    check_claims(found, draft, problems)
    _check_dependence(rules, campaigns, found, draft, problems)
    for path, experiment in _experiments(draft.rules, "rules"):
        validated(ExperimentSection, experiment, path, problems)
    if messages is not None:
        check_messages(draft, found, messages, problems)
    return Programs(stages, segments, rules, campaigns, found)


def _read_each(
    read: Callable[[Mapping[str, Plain], Known, Problems], dict[str, Program]],
    raw: Mapping[str, Plain],
    known: Known,
    problems: Problems,
) -> dict[str, Program]:
    """Return what could be read, one by one: some checks look only at what has no other mistake."""
    found: dict[str, Program] = {}
    for name, value in raw.items():
        own = Problems()
        found |= read({name: value}, known, own)
        problems.found += own.found
    return found


def _known(draft: Draft, parts: Parts, names: Names, messages: Messages | None) -> Known:
    """Return what rules may refer to."""
    return Known(
        names=names,
        kinds=parts.rule_kinds,
        feasts=parts.feasts,
        routes=draft.written["routes"],
        queues=draft.written["queues"],
        templates=None if messages is None else names_of(messages),
        platform_templates=draft.platform_templates,
        bases=tuple(draft.fairness.basis) if draft.fairness else (),
    )


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


def _check_dependence(
    rules: Mapping[str, Rule],
    campaigns: Mapping[str, Campaign],
    found: Collection[Gift],
    draft: Draft,
    problems: Problems,
) -> None:
    """Refuse coupons that depend on what no offer may depend on, and marketing that picks out children."""
    forbidden = draft.fairness.forbidden if draft.fairness else []
    giving = {(gift.program, gift.owner) for gift in found if gift.text("coupon")}
    telling = {(gift.program, gift.owner) for gift in found if gift.purpose == MARKETING}
    asked = {("rules", name): _asked(rule) for name, rule in rules.items()}
    asked |= {("campaigns", name): {"audience": (one.audience,)} for name, one in campaigns.items()}
    for owner, parts in asked.items():
        for part, conditions in parts.items():
            path = under(under(owner[0], owner[1]), part)
            if owner in telling:
                check_children(path, conditions, problems)
            if owner in giving:
                check_fairness(path, conditions, forbidden, problems)


def _asked(rule: Rule) -> dict[str, tuple[Condition, ...]]:
    """Return the conditions of a rule by where they stand."""
    entry = () if rule.entry.audience is None else (rule.entry.audience,)
    return {"filter": (rule.filter,), "entry": entry, "steps": rule.program.conditions}


def _experiments(value: Plain, path: str) -> Iterator[tuple[str, Plain]]:
    """Yield every experiment at and below `value` with its path."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _experiments(item, under(path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "experiment":
                yield under(path, key), item
            yield from _experiments(item, under(path, key))
