"""How the items of the content library were taken."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.commanding.reading import AskRead, Read
from storage.commands.orders import Looks
from storage.library import LINK, SHOWN


def _read(c: Connection, _ask: AskRead, _now: datetime) -> list[Read]:
    """Return the items by how many opened them, then by name."""
    shown = {
        str(name): int(count)
        for name, count in c.execute(select(SHOWN.c.item, func.count()).group_by(SHOWN.c.item))
    }
    opened = (
        select(LINK.c.name, func.count(LINK.c.member_id.distinct()), func.sum(LINK.c.clicks))
        .where(LINK.c.clicks > 0)
        .group_by(LINK.c.name)
    )
    found = {name: (int(members), int(clicks)) for name, members, clicks in c.execute(opened)}
    items = [Read(name, shown.get(name, 0), *found.get(name, (0, 0))) for name in {*shown, *found}]
    return sorted(items, key=lambda one: (-one.members, -one.opened, one.item))


LOOKS: Looks = {AskRead: _read}
