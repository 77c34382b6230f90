"""The ledger of what is said in groups: claimed before the call, never said again when in doubt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from bot.domain import storable
from bot.domain.delivery.verdict import Drop, Hold
from bot.domain.effects import SayInGroup
from bot.domain.group_posts import GroupPost, Manners, Said, verdict
from bot.domain.identity import Identity, split
from bot.domain.outbox import OutboxState
from storage.dialect import insert_new
from storage.tables import table
from storage.tables.groups import GroupPostRow, GroupRow

POST = table(GroupPostRow)
GROUP = table(GroupRow)
# A call takes seconds; who claimed a post longer ago than this is dead.
ABANDONED = timedelta(minutes=2)
_QUEUED, _SENDING = OutboxState.QUEUED.value, OutboxState.SENDING.value
_COUNTED = (_SENDING, OutboxState.SENT.value, OutboxState.UNKNOWN.value)


def queue(connection: Connection, wishes: Sequence[SayInGroup]) -> None:
    """Queue what shall be said; a gathering one joins what waits there under its topic."""
    for wish in wishes:
        waiting = _waiting(connection, wish) if wish.gather else None
        if waiting is not None:
            connection.execute(update(POST).where(POST.c.id == waiting).values(size=POST.c.size + 1))
            continue
        row = {
            "key": wish.key, "chat": wish.group, "account": split(wish.group)[0], "topic": wish.topic,
            "template": wish.template, "context": storable.scalars(wish.context), "size": 1,
            "created_at": wish.at, "due_at": wish.due_at, "expires_at": wish.expires_at, "state": _QUEUED,
            "reason": "", "text": "", "platform_id": "",
        }  # fmt: skip
        insert_new(connection, POST, [row], ["key"])


def _waiting(connection: Connection, wish: SayInGroup) -> int | None:
    there = (POST.c.chat == wish.group, POST.c.topic == wish.topic, POST.c.state == _QUEUED)
    joined = select(POST.c.id).where(*there, POST.c.key != wish.key).order_by(POST.c.id)
    found: int | None = connection.execute(joined).scalar()
    return found


def next_due(connection: Connection, accounts: Sequence[str]) -> datetime | None:
    """Return when the next post of these accounts is due, None when none waits."""
    mine = (POST.c.state == _QUEUED, POST.c.account.in_(accounts))
    found: datetime | None = connection.execute(select(func.min(POST.c.due_at)).where(*mine)).scalar()
    return found


def claim(connection: Connection, account: str, manners: Manners, now: datetime) -> list[GroupPost]:
    """Claim what may be said now in the account's groups, a post a group; end or hold what may not.

    What somebody claimed and never finished is in doubt and stays so.
    """
    _give_up(connection, now)
    due = (POST.c.state == _QUEUED, POST.c.account == account, POST.c.due_at <= now)
    groups = sorted(set(connection.execute(select(POST.c.chat).where(*due)).scalars()))
    if not groups:
        return []
    # Two processes must not both find the last place free.
    lock = select(GROUP.c.known_as).where(GROUP.c.known_as.in_(groups)).order_by(GROUP.c.known_as)
    connection.execute(lock.with_for_update())
    rows = connection.execute(select(POST).where(*due).order_by(POST.c.due_at, POST.c.id)).all()
    said = {group: _said(connection, group, manners, now) for group in groups}
    claimed: list[GroupPost] = []
    for row in rows:
        post = _post(row)
        found = verdict(post, said[post.group], manners, now)
        if found is not None:
            _settle(connection, post, found, now)
            continue
        said[post.group].append(Said(post.topic, now))
        _move(connection, post.id, state=_SENDING, finished_at=now, reason="")
        claimed.append(post)
    return claimed


def finish(
    connection: Connection, post_id: int, state: OutboxState, now: datetime, *, reason: str = "",
    text: str = "", platform_id: str = "",
) -> None:  # fmt: skip
    """Record what became of a claimed post."""
    _move(
        connection, post_id, state=state.value, finished_at=now, reason=reason, text=text,
        platform_id=platform_id,
    )  # fmt: skip


def put_off(connection: Connection, post_id: int, until: datetime, reason: str) -> None:
    """Let a claimed post wait until then: the platform surely did nothing."""
    _move(connection, post_id, state=_QUEUED, due_at=until, finished_at=None, reason=reason)


def _give_up(connection: Connection, now: datetime) -> None:
    dead = (POST.c.state == _SENDING, POST.c.finished_at < now - ABANDONED)
    doubt = {"state": OutboxState.UNKNOWN.value, "reason": "doubtful"}
    connection.execute(update(POST).where(*dead).values(**doubt))


def _said(connection: Connection, group: Identity, manners: Manners, now: datetime) -> list[Said]:
    # What was said at the very moment from which it counts does not count any more, see `verdict`.
    lately = or_(POST.c.finished_at >= manners.since(now), POST.c.state == _SENDING)
    there = (POST.c.chat == group, POST.c.state.in_(_COUNTED), lately)
    return [Said(*row) for row in connection.execute(select(POST.c.topic, POST.c.finished_at).where(*there))]


def _settle(connection: Connection, post: GroupPost, found: Hold | Drop, now: datetime) -> None:
    if isinstance(found, Hold):
        _move(connection, post.id, due_at=found.until, reason=found.reason)
    else:
        _move(connection, post.id, state=found.state.value, reason=found.reason, finished_at=now)


def _move(connection: Connection, post_id: int, **values: Any) -> None:
    connection.execute(update(POST).where(POST.c.id == post_id).values(**values))


def _post(row: Any) -> GroupPost:
    return GroupPost(
        row.id,
        row.key,
        row.chat,
        row.topic,
        row.template,
        row.created_at,
        row.expires_at,
        row.size,
        row.context,
    )
