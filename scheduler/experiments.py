"""Experiments that decide themselves: a winner named once it is safe, or arms shifted every night."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain import programs
from bot.domain.experiments.arms import as_order
from bot.domain.experiments.reading import Reading, Terms, Verdict
from bot.domain.experiments.thompson import chances_of_being_best
from bot.domain.experiments.trials import told, told_of
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Rule
from storage import campaign_trials, trials
from storage.database import Connection

BY = "hetang"


def decides_itself(rule: Rule) -> bool:
    """Return whether nobody needs to name the winner of the rule's experiment."""
    terms = rule.experiment.action.terms if rule.experiment is not None else None
    return terms is not None and (terms.automatic or terms.thompson)


def push_decides_itself(campaign: Campaign) -> bool:
    """Return whether nobody needs to name the winner of the campaign's experiment."""
    terms = campaign.division.terms if campaign.division is not None else None
    return terms is not None and (terms.automatic or terms.thompson)


def decide(c: Connection, rules: Iterable[Rule], now: datetime) -> int:
    """Order what the readings of these rules allow; return how many orders are new.

    A winner stays one: who has been named is not dethroned by a later night.
    """
    known = {rule.name: rule for rule in rules}
    ordered = 0
    for trial in trials.counted(c, known.values(), now):
        rule = known[trial.rule]
        reading = told(rule, trial, now).arms
        weights = _weights(rule, reading) if reading is not None else ""
        if weights and not trials.decided(c, rule.name):
            ordered += trials.order(c, rule.name, weights, BY, now)
    return ordered


def decide_pushes(c: Connection, campaigns: Iterable[Campaign], now: datetime) -> int:
    """Do the same for campaigns."""
    known = {one.name: one for one in campaigns}
    ordered = 0
    for trial in campaign_trials.counted(c, known.values(), now):
        division, reading = known[trial.rule].division, told_of(known[trial.rule], trial, now).arms
        weights = _ordered(division.terms, reading) if division is not None and reading is not None else ""
        whose = programs.of_campaign(trial.rule)
        if weights and not trials.decided(c, whose):
            ordered += trials.order(c, whose, weights, BY, now)
    return ordered


def _weights(rule: Rule, reading: Reading) -> str:
    terms = rule.experiment.action.terms if rule.experiment is not None else None
    return _ordered(terms, reading) if terms is not None else ""


def _ordered(terms: Terms, reading: Reading) -> str:
    if terms.automatic and reading.verdict is Verdict.WINNER:
        return as_order([(reading.winner, 1.0)])
    if not terms.thompson:
        return ""
    arms = [arm for arm, _ in reading.arms]
    chances = chances_of_being_best([(arm.reached, arm.matured) for arm in arms])
    return as_order(zip((arm.name for arm in arms), chances, strict=True))
