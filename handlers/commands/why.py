"""为什么: why a member did or did not get something of a rule, or cannot join an activity."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.activities.terms import Activity
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.persons import AskLife, Found
from bot.domain.commanding.playing import AskPlayer, PlayerFound
from bot.domain.commanding.saying import Said, lines, listed, say
from bot.domain.identity import number_of
from bot.domain.why.story import why
from handlers.commands._why import short, told
from handlers.commands._why_play import told as playing


def run(asked: Asked) -> Outcome:
    """Ask for the member's life, and explain one rule of it, or all in a line each."""
    words = asked.line.rest.split()
    if not words:
        raise wrong("who", "why")
    played = {one.name: one for one in asked.house.activities}
    if len(words) == 2 and words[1] in played and words[1] not in asked.house.book.rules:
        return _activity(words[0], played[words[1]], asked)
    rule = next((word for word in words[1:] if word in asked.house.book.rules), "")
    at = _moment(words[1:], asked)
    strange = [word for word in words[1:] if word != rule and not _is_moment(word)]
    if strange:
        known = "、".join([*asked.house.book.rules, *played])
        raise wrong("no_such_rule_here", "why", name=strange[0], known=known)
    return Query(AskLife(words[0]), lambda found: _answer(found, words[0], rule, at, asked))


def _activity(name: str, activity: Activity, asked: Asked) -> Outcome:
    def answer(found: PlayerFound) -> Said:
        if found.player is None:
            return _unclear(found.several, name)
        return playing(activity, found.player, found.switched, asked.house.zone, asked.now)

    return Query(AskPlayer(name, activity), answer)


def _unclear(several: Sequence[tuple[int, str]], name: str) -> Said:
    if not several:
        return say("nobody", name=name)
    each = (say("one_of", number=number_of(who), phone=phone or "—") for who, phone in several)
    return say("several", name=name, count=len(several), who=listed(each, "；"))


def _answer(found: Found, name: str, rule: str, at: datetime, asked: Asked) -> Said:
    life = found.life
    if life is None:
        return _unclear(found.several, name)
    book, zone = asked.house.book, asked.house.zone
    if rule:
        return told(why(book, book.rules[rule], life, at), life, asked.house.doors, zone)
    head = say("why_all", number=number_of(life.member.id))
    return lines([head, *(short(why(book, one, life, at)) for one in book.rules.values())])


def _moment(words: list[str], asked: Asked) -> datetime:
    given = [word for word in words if _is_moment(word)]
    if not given:
        return asked.now
    at = datetime.fromisoformat(given[0])
    return min(at if at.tzinfo else at.replace(tzinfo=asked.house.zone), asked.now)


def _is_moment(word: str) -> bool:
    try:
        datetime.fromisoformat(word)
    except ValueError:
        return False
    return True


COMMAND = Command("为什么", "why", Level.READ, "read", run)
