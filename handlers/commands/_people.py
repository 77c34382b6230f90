"""How members are shown to operators, shared by the commands that do."""

from datetime import datetime, tzinfo

from bot.domain.commanding.acts import Done
from bot.domain.commanding.persons import Profile
from bot.domain.commanding.saying import Said, listed, say
from bot.domain.identity import number_of


def several(name: str, found: list[Profile]) -> Said:
    """Return that a name means more than one member, or none."""
    if not found:
        return say("nobody", name=name)
    each = listed(
        (say("one_of", number=number_of(one.member_id), phone=one.phone or "—") for one in found), "；"
    )
    return say("several", name=name, count=len(found), who=each)


def unclear(done: Done) -> Said | None:
    """Return why an order found nobody to be done to, None when it did."""
    if done.result == "nobody":
        return say("nobody", name=done.said)
    if done.result == "several":
        each = listed(
            (say("one_of", number=number_of(who), phone=phone or "—") for who, phone in done.several), "；"
        )
        return say("several", name=done.said, count=done.count, who=each)
    return None


def day(moment: datetime | None, zone: tzinfo) -> str:
    """Return a day as people write it."""
    return f"{moment.astimezone(zone):%Y-%m-%d}" if moment is not None else "—"


def minute(moment: datetime | None, zone: tzinfo) -> str:
    """Return a moment as people write it."""
    return f"{moment.astimezone(zone):%m-%d %H:%M}" if moment is not None else "—"


def numbers(done: Done) -> str:
    """Return the members of an order by their numbers."""
    return "、".join(number_of(member_id) for member_id in done.members)
