"""标签: put tags on a few members or take them off; undone for ten minutes."""

from bot.domain.commanding.acts import Done, TagMembers
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say
from bot.domain.identity import member_id_of
from handlers.commands._people import numbers, unclear

MOST = 20
LONGEST = 32
_ADD = frozenset({"加", "+", "add", "打"})
_TAKE = frozenset({"减", "-", "rm", "去", "删", "remove"})


def run(asked: Asked) -> Outcome:
    """Tag the members named first with the tags that follow."""
    words = asked.line.words
    if len(words) < 3 or words[0] not in _ADD | _TAKE:
        raise wrong("tag_how", "tag")
    whom, tags = _split(words[1:])
    if not whom or not tags:
        raise wrong("tag_how", "tag")
    if len(whom) > MOST:
        raise wrong("tag_many", "tag", most=MOST)
    if any(len(tag) > LONGEST for tag in tags):
        raise wrong("tag_long", "tag", most=LONGEST)
    return Order(TagMembers(whom, tags, add=words[0] in _ADD), _told, " ".join(whom))


def _split(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the members (those which look like one, at least the first) and the tags."""
    place = 1
    while place < len(words) - 1 and _looks_like_somebody(words[place]):
        place += 1
    return words[:place], tuple(word.lstrip("#") for word in words[place:] if word.strip("#"))


def _looks_like_somebody(word: str) -> bool:
    return member_id_of(word) is not None or word.startswith(("@", "尾号")) or ":" in word


def _told(done: Done) -> Said:
    problem = unclear(done)
    if problem is not None:
        return problem
    tags = "、".join(done.names)
    if not done.count:
        return say("tag_same", who=numbers(done), tags=tags)
    return say(done.result, who=numbers(done), tags=tags) + say("undo_with", code=done.code)


COMMAND = Command("标签", "tag", Level.LOCAL, "tag", run)
