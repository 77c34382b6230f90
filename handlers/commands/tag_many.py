"""批量标签: tags on everybody in a circle, or off them; shown first, then confirmed."""

from bot.domain.commanding.circle import circle
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.plans import TAGS, Plan, Propose
from handlers.commands._plans import parts, told

LONGEST = 32
_ADD = frozenset({"加", "+", "add", "打"})
_TAKE = frozenset({"减", "-", "rm", "去", "删", "remove"})


def run(asked: Asked) -> Outcome:
    """Show whom the tags would be put on."""
    words, said = parts(asked)
    text = said.get("circle", "")
    if len(words) < 2 or words[0] not in _ADD | _TAKE or not text:
        raise wrong("tags_how", "tag-many")
    tags = tuple(word.lstrip("#") for word in words[1:] if word.strip("#"))
    if not tags or any(len(tag) > LONGEST for tag in tags):
        raise wrong("tag_long", "tag-many", most=LONGEST)
    add = words[0] in _ADD
    plan = Plan(TAGS, "add" if add else "take", text, circle(text, asked.names), tags=tags, add=add)
    return Order(Propose(plan, asked.house.limits), lambda done: told(done, asked), text)


COMMAND = Command("批量标签", "tag-many", Level.OUTWARD, "tag", run)
