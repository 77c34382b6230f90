"""Members' stays in stages, read from the history of changes."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, select

from bot.domain.dwelling import Stay
from bot.domain.events import STAGE_CHANGED
from storage.tables import table
from storage.tables.events import EventRow

EVENT = table(EventRow)


def stays(c: Connection, now: datetime) -> Iterator[Stay]:
    """Yield every stay of every member, those that go on until now too."""
    stage = EVENT.c.properties["stage"].as_string()
    rows = c.execute(
        select(EVENT.c.member_id, EVENT.c.at, stage)
        .where(EVENT.c.kind == STAGE_CHANGED)
        .order_by(EVENT.c.member_id, EVENT.c.at, EVENT.c.id)
    )
    for _, changes in groupby(rows, key=itemgetter(0)):
        was, since = "", now
        for _, at, name in changes:
            if was:
                yield Stay(was, at - since, ended=True)
            was, since = str(name or ""), at
        if was:
            yield Stay(was, now - since, ended=False)
