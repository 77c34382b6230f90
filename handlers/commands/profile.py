"""查, 画像: a member's card."""

from bot.domain.commanding.asks import AskWho, Profile
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, lines, listed, say
from bot.domain.identity import number_of
from handlers.commands._people import day, several


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
        say("card_tags", tags="、".join(one.tags) or "—"),
        say("card_orders", orders=one.orders, amount=f"{one.amount / 100:,.2f}", coupons=one.coupons),
        say(
            "card_active", last=day(one.last_active_at, zone), following=say("yes" if one.following else "no")
        ),
        say("card_consents", consents=granted),
    ]
    if one.runs:
        parts.append(say("card_runs", runs="、".join(one.runs)))
    parts += [say("card_note", note=note) for note in one.notes]
    return lines(parts)


COMMAND = Command("查", "who", Level.READ, "read", run, ("画像", "profile", "查询"))
