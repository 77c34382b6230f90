"""How plans are read and shown, shared by the commands that go out to many."""

from datetime import datetime

from bot.domain.commanding.acts import Done
from bot.domain.commanding.command import Asked, wrong
from bot.domain.commanding.lines import options
from bot.domain.commanding.plans import RELEASE, SEND, Card
from bot.domain.commanding.saying import Refused, Said, lines, say
from bot.domain.conditions import Condition
from bot.domain.explanation import facts_of
from bot.domain.identity import number_of

KNOWN = {
    "人群": "circle", "谁": "circle", "给": "circle", "segment": "circle", "to": "circle",
    "时间": "time", "时": "time", "at": "time", "time": "time",
}  # fmt: skip


def parts(asked: Asked) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the words and the options of a line that goes out to many."""
    return options(asked.line.words, KNOWN)


def moment(asked: Asked, text: str) -> tuple[datetime | None, Said | None]:
    """Return when something is to begin, and the words that echo it; both None for at once."""
    if not text:
        return None, None
    heard = asked.house.understand(text, asked.now)
    if heard.moment is None:
        raise Refused(heard.said)
    return heard.moment, heard.said


def fair(asked: Asked, tree: Condition, alias: str) -> None:
    """Refuse an offer that would rest on a fact no offer may rest on."""
    read = facts_of([tree]) & asked.house.forbidden
    if read:
        raise wrong("plan_unfair", alias, facts="、".join(sorted(read)))


def versions(asked: Asked) -> dict[str, str]:
    """Return the campaigns' versions as they are now."""
    return {name: each.version for name, each in asked.house.campaigns.items()}


def shown(card: Card, asked: Asked) -> Said:
    """Return a plan's card: what, to whom, its reach, when, at what cost, and how to confirm it."""
    plan = card.plan
    said = say(f"plan_{plan.kind}", name=plan.name, code=card.code, tags="、".join(plan.tags))
    if card.moved_from is not None:
        said = say("plan_people_moved", was=card.moved_from, now=card.size) + said
    if plan.kind != RELEASE:
        examples = " ".join(number_of(one) for one in card.examples)
        said += say("plan_circle", text=plan.text, size=card.size, examples=examples or "—")
    if plan.kind == SEND:
        said += _reach(card)
        said += _when(card, asked)
        if card.cost:
            said += say("plan_cost", most=f"{card.cost / 100:,.2f}")
    return said + _how(card, asked)


def _reach(card: Card) -> Said:
    rows = []
    for name, count in sorted(card.reach.items(), key=lambda item: -item[1]):
        route = name.startswith("route:")
        word = say(name if route else f"reason:{name.partition(':')[0]}")
        rows.append(say("plan_reached" if route else "plan_held", word=word, count=count))
    rough = say("plan_sample", sampled=card.sampled) if card.sampled < card.size else Said()
    return lines(rows) + rough


def _when(card: Card, asked: Asked) -> Said:
    if card.start is None:
        return say("plan_at_once", seconds=int(asked.house.limits.grace.total_seconds()))
    return say("plan_when", at=asked.house.echo(card.start))


def _how(card: Card, asked: Asked) -> Said:
    minutes = int(asked.house.limits.lasts.total_seconds() // 60)
    typed = f" {card.size}" if card.typed else ""
    said = say("plan_confirm", code=card.code, typed=typed, minutes=minutes)
    return said + say("plan_second", code=card.code) if card.second else said


def told(done: Done | Card, asked: Asked) -> Said:
    """Return what came of a plan that was confirmed, approved, moved or dropped."""
    if isinstance(done, Card):
        return shown(done, asked)
    at = f"{done.at.astimezone(asked.house.zone):%m-%d %H:%M:%S}" if done.at is not None else ""
    name = "、".join(done.names)
    return say(done.result, code=done.code, count=done.count, said=done.said, at=at, name=name)
