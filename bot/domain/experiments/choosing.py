"""Whose arms can be chosen, and which those are."""

from collections.abc import Mapping

from bot.domain import programs
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import Rule
from bot.domain.value import value


@value
class Choice:
    """An experiment whose arms can be chosen: under which name that is ordered, and the arms' names."""

    whose: str
    arms: tuple[str, ...]


def choices(rules: Mapping[str, Rule], campaigns: Mapping[str, Campaign]) -> dict[str, Choice]:
    """Return by name every rule and campaign with an experiment; of two of one name, the campaign."""
    found = {
        name: Choice(name, rule.experiment.action.arm_names)
        for name, rule in rules.items()
        if rule.experiment is not None
    }
    for name, one in campaigns.items():
        if one.division is not None:
            arms = tuple(arm.name for arm in one.division.arms)
            found[name] = Choice(programs.of_campaign(name), arms)
    return found
