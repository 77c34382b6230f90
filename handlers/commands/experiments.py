"""实验: how experiments and control groups stand, and what may honestly be said of them."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.experiments.trials import AskTrials, Trial, told, tried
from bot.domain.lifecycle.rule import Rule
from handlers.commands._trials import worded


def run(asked: Asked) -> Outcome:
    """Ask how all of them stand, or one."""
    name = asked.line.rest
    rules = {known: rule for known, rule in asked.house.book.rules.items() if tried(rule)}
    if name and name not in rules:
        raise wrong("no_trial", "experiments", name=name, known="、".join(rules) or "—")
    chosen = (rules[name],) if name else tuple(rules.values())
    return Query(AskTrials(chosen), lambda found: _told(found, rules, asked))


def _told(found: tuple[Trial, ...], rules: dict[str, Rule], asked: Asked) -> Said:
    if not found:
        return say("no_trials")
    return lines(worded(told(rules[trial.rule], trial, asked.now)) for trial in found)


COMMAND = Command("实验", "experiments", Level.READ, "read", run)
