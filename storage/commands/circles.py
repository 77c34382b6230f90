"""Circles of people: how many, who for example, how they can be reached; kept under a name."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.commanding.acts import Done, SaveCircle
from bot.domain.commanding.asks import AskCircle, Circle
from bot.domain.conditions import Condition
from bot.domain.delivery.policy import MARKETING
from storage import tags
from storage.commands.orders import Deeds, Given, Looks
from storage.commands.tables import CIRCLE
from storage.conditions import where
from storage.conditions.document import from_document, to_document
from storage.dialect import replacing, upsert
from storage.full_pass import MEMBER, alive
from storage.tables import table
from storage.tables.delivery import AllowanceRow
from storage.tables.groups import GroupRow
from storage.tables.members import ConsentRow

CONSENT = table(ConsentRow)
GROUP = table(GroupRow)
ALLOWANCE = table(AllowanceRow)
EXAMPLES = 5


def saved(c: Connection) -> dict[str, Condition]:
    """Return the circles that operators kept."""
    rows = c.execute(select(CIRCLE.c.name, CIRCLE.c.tree).order_by(CIRCLE.c.name))
    return {row.name: from_document(row.tree) for row in rows}


def groups_known(c: Connection) -> frozenset[str]:
    """Return the names of the groups we know."""
    return frozenset(c.execute(select(GROUP.c.name).where(GROUP.c.name != "")).scalars())


def tags_known(c: Connection) -> frozenset[str]:
    """Return the tags anybody carries."""
    return frozenset(tags.names(c))


def measured(c: Connection, tree: Condition, now: datetime) -> Circle:
    """Return how many people are in a circle and how they could be reached."""
    inside = select(MEMBER.c.id).where(alive(), where(tree, now))
    consented = select(CONSENT.c.member_id).where(CONSENT.c.purpose == MARKETING, CONSENT.c.granted)
    opened = select(ALLOWANCE.c.member_id).where(
        ALLOWANCE.c.template == "", ALLOWANCE.c.remaining > 0, ALLOWANCE.c.expires_at > now
    )
    ids = MEMBER.c.id
    size, following, agreed, reachable = c.execute(
        select(
            func.count(),
            func.count().filter(~MEMBER.c.unfollowed),
            func.count().filter(ids.in_(consented)),
            func.count().filter(ids.in_(opened)),
        ).where(alive(), where(tree, now))
    ).one()
    examples = c.execute(inside.order_by(ids.desc()).limit(EXAMPLES)).scalars()
    return Circle(size, following, agreed, reachable, tuple(examples))


def _look(c: Connection, ask: AskCircle, now: datetime) -> Circle:
    return measured(c, ask.tree, now)


def _save(c: Connection, act: SaveCircle, given: Given) -> Done:
    row = {
        "name": act.name,
        "text": act.text,
        "tree": to_document(act.tree),
        "at": given.now,
        "by": given.by.signed,
    }
    upsert(c, CIRCLE, [row], ["name"], replacing("text", "tree", "at", "by"))
    found = measured(c, act.tree, given.now)
    return Done("circle_saved", count=found.size, names=(act.name, act.text))


LOOKS: Looks = {AskCircle: _look}
DEEDS: Deeds = {SaveCircle: _save}
