"""A member whose every trace can be recognised."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from bot.domain.effects import (
    AddTag,
    Effect,
    Enroll,
    EraseMember,
    QueueMessage,
    SetAttributes,
    SetConsent,
    SetFollowing,
)
from bot.domain.events import MESSAGE, ORDER_PAID, InboundEvent
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState
from bot.domain.outbox import OutboxMessage
from storage import effects, events, inbox, members
from storage.inbox import InboxEntry
from storage.tables import METADATA, table
from storage.tables.delivery import OutboxRow
from tests.fakes import START

NAME, TEXT, ADDRESS, SAID = "金丝雀小明", "canary-我的秘密", "oCANARYaddress0001", "canary-reply-你好"
LATER = START + timedelta(hours=1)
OUTBOX = table(OutboxRow)


def live(c: Connection, *, also: str = "") -> int:
    """Let a member do everything that leaves traces, and return their id."""
    more = (also,) if also else ()
    said = InboundEvent(
        f"{ADDRESS}-1700", "shop", MESSAGE, START, f"shop:{ADDRESS}", text=TEXT, also_known_as=more
    )
    paid = InboundEvent("order-1", "webhook", ORDER_PAID, START, f"shop:{ADDRESS}", amount=500,
                        properties={"order_id": "A1", "address": TEXT})  # fmt: skip
    inbox.append(c, [InboxEntry(said.key, "shop")], START)
    inbox.store_answers(c, {said.key: SAID.encode()})
    inbox.quarantine(c, "other", "shop", "failed", f"{ADDRESS} {TEXT}".encode(), START)
    (member_id, _) = members.resolve(c, [said, paid], START)
    assert member_id is not None
    events.append(c, [events.Happened.of(member_id, said), events.Happened.of(member_id, paid)], START)
    message = OutboxMessage(
        f"answer:{said.key}", member_id, "t", "service", ("cs",), START, START, LATER, context={"name": NAME}
    )
    run = Enrollment(
        "run",
        "welcome",
        "v",
        member_id,
        "",
        EnrollmentState.ACTIVE,
        "a",
        START,
        START,
        LATER,
        context={"x": TEXT},
    )
    done: list[Effect] = [
        AddTag(member_id, "母婴", f"keyword:{TEXT}", START),
        SetAttributes(member_id, {"name": NAME, "城市": TEXT}, "shop", START),
        SetConsent(member_id, "marketing", True, "keyword", f"{said.key} notice", START),
        QueueMessage(message),
        Enroll(run),
    ]
    effects.apply(c, [done], START, ["shop"])
    c.execute(OUTBOX.update().values(text=SAID))
    return member_id


def leave(c: Connection, member_id: int) -> None:
    gone: list[Effect] = [
        SetFollowing(member_id, "shop", False, LATER),
        EraseMember(member_id, "shop", LATER),
    ]
    effects.apply(c, [gone], LATER, ["shop"])


def traces(c: Connection) -> list[str]:
    """Return where the canaries still stand, in every column of every table."""
    found = []
    for one in METADATA.sorted_tables:
        for row in c.execute(select(one)):
            stored = " ".join(
                bytes(value).decode("utf-8", "replace")
                if isinstance(value, bytes | memoryview)
                else str(value)
                for value in row
            )
            found += [f"{one.name}: {canary}" for canary in (NAME, TEXT, ADDRESS, SAID) if canary in stored]
    return found
