"""A message sent to the few who are there for trying it."""

from dataclasses import replace

from sqlalchemy import Connection

from bot.domain.commanding.acts import Done, TrySend
from storage.commands.orders import Deeds, Given
from storage.commands.people import meant
from storage.outbox.queue import enqueue


def _try(c: Connection, act: TrySend, given: Given) -> Done:
    ids = sorted({one for name in act.whom for one in meant(c, name)[:1]})
    messages = [
        replace(act.message, member_id=member_id, key=f"{given.key}#try/{member_id}", campaign="")
        for member_id in ids
    ]
    enqueue(c, messages)
    return Done("tried" if ids else "try_nobody", members=tuple(ids), count=len(ids))


DEEDS: Deeds = {TrySend: _try}
