"""胜出: new members of a rule get one arm of its experiment from now on, or the arms as written again."""

from bot.domain.commanding.acts import ChooseArm, Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say

CAMPAIGN = "campaign:"
AGAIN = frozenset({"重来", "again"})


def run(asked: Asked) -> Outcome:
    """Name the winner; who has an arm already keeps it."""
    rules = {name: rule for name, rule in asked.house.book.rules.items() if rule.experiment is not None}
    pushes = {name: one.division for name, one in asked.house.campaigns.items() if one.division is not None}
    words = asked.line.rest.split()
    if len(words) != 2 or (words[0] not in rules and words[0] not in pushes):
        raise wrong("choose_how", "choose", known="、".join([*rules, *pushes]) or "—")
    division = pushes.get(words[0])
    step = rules[words[0]].experiment if division is None else None
    arms = step.action.arm_names if step is not None else ()
    if division is not None:
        arms = tuple(arm.name for arm in division.arms)
    if words[1] not in arms and words[1] not in AGAIN:
        raise wrong("no_arm", "choose", arm=words[1], known="、".join(arms))
    arm = "" if words[1] in AGAIN else words[1]
    whose = words[0] if division is None else f"{CAMPAIGN}{words[0]}"
    return Order(ChooseArm(whose, arm), _ordered, words[0])


def _ordered(done: Done) -> Said:
    rule, arm = done.names
    rule = rule.removeprefix(CAMPAIGN)
    if done.result == "same":
        return say("arm_same", rule=rule)
    return say("arm_wins", rule=rule, arm=arm) if arm else say("arm_again", rule=rule)


COMMAND = Command("胜出", "choose", Level.LOCAL, "send", run)
