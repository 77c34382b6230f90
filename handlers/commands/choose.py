"""胜出: new members of a rule get one arm of its experiment from now on, or the arms as written again."""

from bot.domain.commanding.acts import ChooseArm, Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say
from bot.domain.experiments.choosing import choices

AGAIN = frozenset({"重来", "again"})


def run(asked: Asked) -> Outcome:
    """Name the winner; who has an arm already keeps it."""
    known = choices(asked.house.book.rules, asked.house.campaigns)
    words = asked.line.rest.split()
    if len(words) != 2 or words[0] not in known:
        raise wrong("choose_how", "choose", known="、".join(known) or "—")
    name, arm = words
    chosen = known[name]
    if arm not in chosen.arms and arm not in AGAIN:
        raise wrong("no_arm", "choose", arm=arm, known="、".join(chosen.arms))
    winner = "" if arm in AGAIN else arm
    return Order(ChooseArm(chosen.whose, winner), lambda done: _ordered(done, name, winner), name)


def _ordered(done: Done, rule: str, arm: str) -> Said:
    if done.result == "same":
        return say("arm_same", rule=rule)
    return say("arm_wins", rule=rule, arm=arm) if arm else say("arm_again", rule=rule)


COMMAND = Command("胜出", "choose", Level.LOCAL, "send", run)
