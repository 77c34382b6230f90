"""The history of events, and the profile numbers kept beside it in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Self

from sqlalchemy import Connection, bindparam, select, update

from bot.domain import storable
from bot.domain.effects import ForgetMessage
from bot.domain.events import COMPLAINT_OPENED, GROUP_MESSAGE, InboundEvent, Scalar
from bot.domain.members import Tally
from bot.domain.value import value
from storage.dialect import greatest, insert_for, least
from storage.reading import stamper, to_document
from storage.tables import table
from storage.tables.events import EventRow
from storage.tables.members import TallyRow
from storage.writing import Valued

EVENT = table(EventRow)
TALLY = table(TallyRow)
# A message can be taken back for minutes; a day covers every clock.
RECALLABLE = timedelta(days=1)
WORDS = frozenset({"text", "word"})
_WRITTEN = ("member_id", "kind", "at", "received_at", "account", "key", "amount", "properties")


@value
class Happened:
    """One event of one member, as history keeps it; `amount` in minor units."""

    member_id: int
    kind: str
    at: datetime
    key: str = ""
    account: str = ""
    amount: int = 0
    properties: Mapping[str, Scalar] = field(default_factory=dict)

    @classmethod
    def of(cls, member_id: int, event: InboundEvent) -> Self:
        """Return what history keeps of an inbound event; its text becomes the property ``text``.

        Raises `storable.NotStorable` for what no database keeps, so that the event is quarantined alone.
        """
        properties = storable.scalars(event.properties)
        if event.text:
            properties["text"] = storable.text(event.text)
        if event.platform_kind:
            properties["platform_kind"] = storable.name(event.platform_kind)
        kind, key = storable.name(event.kind), storable.text(event.key, 512)
        amount = storable.integer(event.amount) if event.amount else 0
        return cls(member_id, kind, event.at, key, event.account, amount, properties)


def append(connection: Connection, happenings: Sequence[Happened], now: datetime) -> None:
    """Write events, and count them into the members' tallies."""
    if not happenings:
        return
    stamp = stamper(connection)
    received_at = stamp(now)
    written: list[tuple[Any, ...]] = []
    tallies: dict[tuple[int, str], Tally] = {}
    for one in happenings:
        member_id, kind, at, amount = one.member_id, one.kind, one.at, one.amount
        document = to_document(one.properties)
        written.append((member_id, kind, stamp(at), received_at, one.account, one.key, amount, document))
        old = tallies.get((member_id, kind))
        tallies[member_id, kind] = Tally(1, at, at, amount) if old is None else old.plus(at, amount)
    INSERT.run(connection, written)
    # All transactions lock in one order.
    COUNT.run(
        connection,
        [
            (*place, tally.count, stamp(tally.first_at), stamp(tally.last_at), tally.amount)
            for place, tally in sorted(tallies.items(), key=itemgetter(0))
        ],
    )


def _counting(c: Connection) -> Any:
    statement = insert_for(c, TALLY).inline()
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["member_id", "kind"],
        set_={
            "count": TALLY.c.count + new.count,
            "amount": TALLY.c.amount + new.amount,
            "first_at": least(c, TALLY.c.first_at, new.first_at),
            "last_at": greatest(c, TALLY.c.last_at, new.last_at),
        },
    )


INSERT = Valued(
    lambda _: EVENT.insert().values({name: bindparam(name) for name in _WRITTEN}).inline(), *_WRITTEN
)
COUNT = Valued(_counting, "member_id", "kind", "count", "first_at", "last_at", "amount")


def forget_words(connection: Connection, recalls: Sequence[ForgetMessage]) -> None:
    """Take the words out of messages that were taken back, and out of the complaints they opened."""
    for one in recalls:
        mine = (EVENT.c.member_id == one.member_id, EVENT.c.kind.in_((GROUP_MESSAGE, COMPLAINT_OPENED)))
        lately = EVENT.c.at >= one.at - RECALLABLE
        rows = connection.execute(
            select(EVENT.c.id, EVENT.c.key, EVENT.c.properties).where(*mine, lately)
        ).all()
        keys = {row.key for row in rows if one.key and row.key == one.key}
        keys |= {
            row.key for row in rows if one.message_id and row.properties.get("message_id") == one.message_id
        }
        for row in rows:
            if row.key.partition("#")[0] in keys:
                bare = {name: value for name, value in row.properties.items() if name not in WORDS}
                connection.execute(update(EVENT).where(EVENT.c.id == row.id).values(properties=bare))
