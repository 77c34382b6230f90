"""查, 画像: a member's card."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.persons import AskWho, Profile
from bot.domain.commanding.saying import Said, lines, listed, say
from bot.domain.identity import number_of
from handlers.commands._people import day, several

ORIGINS = frozenset({"keyword", "qr", "rule", "group", "operator"})
# https://developer.work.weixin.qq.com/document/path/92122: 1 invited, 2 by a link, 3 by a code.
WAYS = frozenset({"1", "2", "3", "seen", "join", "invite"})


def run(asked: Asked) -> Outcome:
    """Ask who is meant, and show them."""
    name = asked.line.rest
    if not name:
        raise wrong("who", "who")

    def answer(found: list[Profile]) -> Said:
        return _card(found[0], asked) if len(found) == 1 else several(name, found)

    return Query(AskWho(name), answer)


def _card(one: Profile, asked: Asked) -> Said:
    zone = asked.house.zone
    stage = say(f"stage:{one.stage}") if one.stage else Said(plain="—")
    granted = listed(
        (
            say("agreed" if yes else "refused", purpose=say(f"purpose_{name}"))
            for name, yes in one.consents.items()
        ),
        " ",
    )
    parts = [
        say("card_head", number=number_of(one.member_id), name=one.name or "", phone=one.phone),
        say("card_stage", stage=stage, since=day(one.stage_since, zone)),
        say("card_known", since=day(one.known_since, zone), source=one.source or "—"),
        say("card_tags", tags=_tags(one)),
        say("card_orders", orders=one.orders, amount=f"{one.amount / 100:,.2f}", coupons=one.coupons),
        say(
            "card_active", last=day(one.last_active_at, zone), following=say("yes" if one.following else "no")
        ),
        say("card_consents", consents=granted),
    ]
    if one.ties:
        parts.append(say("card_ties", ties="、".join(one.ties)))
    parts += [
        say("card_group", group=name, since=day(since, zone), way=_way(way))
        for name, since, way in one.groups
    ]
    if one.runs:
        parts.append(say("card_runs", runs="、".join(one.runs)))
    parts += [say("card_note", note=note) for note in one.notes]
    return lines(parts)


def _tags(one: Profile) -> Said:
    """Return the tags, each with what put it there."""
    if not one.tags:
        return Said(plain="—")
    told = []
    for name in one.tags:
        kind, _, what = one.origins.get(name, "").partition(":")
        known = kind in ORIGINS
        told.append(say(f"tag_by_{kind}", tag=name, what=what) if known else Said(plain=name))
    return listed(told, "、")


def _way(way: str) -> Said:
    """Return how somebody came into a group: the platform's number, or the mark of a code."""
    return say(f"joined_{way}") if way in WAYS else Said(plain=way or "—")


COMMAND = Command("查", "who", Level.READ, "read", run, ("画像", "profile", "查询"))
