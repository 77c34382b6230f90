"""胜出: new members of a rule get one arm of its experiment from now on, or the arms as written again."""

from bot.domain.commanding.acts import ChooseArm, Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say

AGAIN = frozenset({"重来", "again"})


def run(asked: Asked) -> Outcome:
    """Name the winner; who has an arm already keeps it."""
    rules = {name: rule for name, rule in asked.house.book.rules.items() if rule.experiment is not None}
    words = asked.line.rest.split()
    if len(words) != 2 or words[0] not in rules:
        raise wrong("choose_how", "choose", known="、".join(rules) or "—")
    step = rules[words[0]].experiment
    arms = step.action.arm_names if step is not None else ()
    if words[1] not in arms and words[1] not in AGAIN:
        raise wrong("no_arm", "choose", arm=words[1], known="、".join(arms))
    arm = "" if words[1] in AGAIN else words[1]
    return Order(ChooseArm(words[0], arm), _ordered, words[0])


def _ordered(done: Done) -> Said:
    rule, arm = done.names
    if done.result == "same":
        return say("arm_same", rule=rule)
    return say("arm_wins", rule=rule, arm=arm) if arm else say("arm_again", rule=rule)


COMMAND = Command("胜出", "choose", Level.LOCAL, "send", run)
