"""A rule's experiment and its control group as they are counted, and what is said of both."""

from datetime import datetime

from bot.domain.experiments.reading import ArmCount, Reading, Terms, read
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Rule
from bot.domain.value import value

TREATED, HELD_OUT = "treated", "held_out"


@value
class Trial:
    """What is counted of one rule: its arms, and everybody treated beside the held-out; empty: no such."""

    rule: str
    arms: tuple[ArmCount, ...] = ()
    control: tuple[ArmCount, ...] = ()


@value
class AskTrials:
    """How the experiments and control groups of these rules stand."""

    rules: tuple[Rule, ...]
    campaigns: tuple[Campaign, ...] = ()


@value
class Told:
    """A trial read; None where the rule has no experiment, or no control group."""

    rule: str
    step: str
    arms: Reading | None
    control: Reading | None


def told_of(campaign: Campaign, trial: Trial, now: datetime) -> Told:
    """Return what may be said of a campaign's arms, a control group being one of them."""
    division = campaign.division
    arms = read(trial.arms, division.terms, now) if division is not None else None
    return Told(campaign.name, "experiment", arms, None)


def tried(rule: Rule) -> bool:
    """Return whether there is anything to count: a goal, and arms or a control group."""
    return rule.goal is not None and (rule.experiment is not None or rule.holdout is not None)


def told(rule: Rule, trial: Trial, now: datetime) -> Told:
    """Return what may be said of a trial."""
    step = rule.experiment
    terms = step.action.terms if step is not None else None
    return Told(
        rule.name,
        step.id if step is not None else "",
        read(trial.arms, terms, now) if terms is not None else None,
        read(trial.control, Terms(), now) if trial.control else None,
    )
