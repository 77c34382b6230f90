"""实验: how experiments and control groups stand, and what may honestly be said of them."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.experiments.trials import AskTrials, Told, Trial, told, told_of, tried
from bot.domain.lifecycle.rule import Rule
from handlers.commands._trials import worded


def run(asked: Asked) -> Outcome:
    """Ask how all of them stand, or one."""
    name = asked.line.rest
    rules = {known: rule for known, rule in asked.house.book.rules.items() if tried(rule)}
    pushes = {known: one for known, one in asked.house.campaigns.items() if one.division is not None}
    if name and name not in rules and name not in pushes:
        raise wrong("no_trial", "experiments", name=name, known="、".join([*rules, *pushes]) or "—")
    ask = AskTrials(
        tuple(rule for known, rule in rules.items() if name in {"", known}),
        tuple(one for known, one in pushes.items() if name in {"", known}),
    )
    return Query(ask, lambda found: _told(found, rules, asked))


def _told(found: tuple[Trial, ...], rules: dict[str, Rule], asked: Asked) -> Said:
    if not found:
        return say("no_trials")
    return lines(worded(_read(trial, rules, asked)) for trial in found)


def _read(trial: Trial, rules: dict[str, Rule], asked: Asked) -> Told:
    if trial.rule in rules:
        return told(rules[trial.rule], trial, asked.now)
    return told_of(asked.house.campaigns[trial.rule], trial, asked.now)


COMMAND = Command("实验", "experiments", Level.READ, "read", run)
