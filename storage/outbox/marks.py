"""The statements that write down what became of a send."""

from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal_column, null, or_, select, update

from storage.dialect import unindexed, within
from storage.outbox.rows import OUTBOX
from storage.reading import Query
from storage.writing import Change


def _mine(c: Connection) -> Select[Any]:
    state = unindexed(c, OUTBOX.c.state)
    ours = or_(state == literal_column("'sending'"), state == literal_column("'unknown'"))
    statement = select(OUTBOX.c.id).where(
        within(c, OUTBOX.c.id), OUTBOX.c.owner == bindparam("owner_is"), ours
    )
    return statement.with_for_update() if c.dialect.name == "postgresql" else statement


def _change(**values: Any) -> Change:
    return Change(lambda _c: update(OUTBOX).where(OUTBOX.c.id == bindparam("row")).values(**values))


MINE = Query(_mine)
_WHY: dict[str, Any] = {"reason": bindparam("why"), "detail": bindparam("words")}
_UNSENT: dict[str, Any] = {
    "owner": literal_column("''"),
    "due_at": bindparam("due"),
    "reason_until": bindparam("due"),
    "batch_key": literal_column("''"),
    "counted_at": null(),
    "attempts": OUTBOX.c.attempts - bindparam("back"),
    **_WHY,
}
MARKS = {
    "sent": _change(
        state=literal_column("'sent'"),
        platform_id=bindparam("platform"),
        text=bindparam("said"),
        finished_at=bindparam("at"),
        reason=literal_column("''"),
        detail=literal_column("''"),
    ),
    "queued": _change(state=literal_column("'queued'"), **_UNSENT),
    "waiting": _change(state=literal_column("'waiting'"), **_UNSENT),
    "failed": _change(
        state=literal_column("'failed'"), counted_at=null(), finished_at=bindparam("at"), **_WHY
    ),
    "unknown": _change(state=literal_column("'unknown'"), finished_at=bindparam("at"), **_WHY),
    "sending": _change(owner=literal_column("''"), due_at=bindparam("due"), **_WHY),
}
