"""Several transactions at once: nobody is made twice, nothing is counted twice or lost."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from sqlalchemy import Connection, func, select

from bot.domain.events import MESSAGE, InboundEvent
from storage import events, inbox, members
from storage.database import Database
from storage.inbox import InboxEntry
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow, TallyRow
from tests.fakes import START

MEMBER, IDENTITY, TALLY = table(MemberRow), table(IdentityRow), table(TallyRow)
THREADS = 4


def together(work: Callable[[int], None]) -> None:
    """Run `work` in several threads and raise what any of them raised."""
    failures: list[Exception] = []

    def run(number: int) -> None:
        try:
            work(number)
        except Exception as error:  # noqa: BLE001 -- raised again below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=50)
    assert failures == []


def living(c: Connection) -> int:
    return int(c.execute(select(func.count()).where(MEMBER.c.merged_into.is_(None))).scalar_one())


def test_strangers_met_by_several_at_once_become_one_member_each(database: Database) -> None:
    def meet(number: int) -> None:
        rng = random.Random(number)
        for _ in range(10):
            names = rng.sample(range(40), 20)
            said = [
                InboundEvent(f"{number}-{name}", "shop", MESSAGE, START, f"shop:{name}") for name in names
            ]
            database.transact(partial(members.resolve, events=said, now=START))

    together(meet)
    assert database.transact(living) == database.transact(
        lambda c: c.execute(select(func.count()).select_from(IDENTITY)).scalar_one()
    )


def test_people_joined_by_several_at_once_end_as_one(database: Database) -> None:
    names = [f"shop:{number}" for number in range(12)]
    first = [InboundEvent(name, "shop", MESSAGE, START, name) for name in names]
    database.transact(lambda c: members.resolve(c, first, START))

    def join(number: int) -> None:
        rng = random.Random(number)
        links = list(pairwise(names))
        rng.shuffle(links)
        for one, other in links:
            alias = InboundEvent(
                f"{number}{one}", "webhook", "custom.alias", START, one, also_known_as=(other,)
            )
            database.transact(partial(members.resolve, events=[alias], now=START))

    together(join)
    assert database.transact(living) == 1
    owners = database.transact(lambda c: c.execute(select(IDENTITY.c.member_id).distinct()).scalars().all())
    assert owners == [1]


def test_the_same_callbacks_told_to_several_count_once(database: Database) -> None:
    """Every thread tells all events; the inbox lets each through once, and only that one is counted."""
    told = [
        InboundEvent(f"key-{number}", "shop", MESSAGE, START, f"shop:{number % 5}") for number in range(60)
    ]

    def tell(number: int) -> None:
        mine = random.Random(number).sample(told, len(told))
        for start in range(0, len(mine), 15):
            database.transact(partial(store, group=mine[start : start + 15]))

    def store(c: Connection, group: list[InboundEvent]) -> None:
        fresh = inbox.append(c, [InboxEntry(event.key, "shop") for event in group], START)
        new = [event for event in group if event.key in fresh]
        ids = members.resolve(c, new, START)
        members.load(c, [found for found in ids if found], members.NOTHING, START)
        happened = [events.Happened.of(found or 0, event) for found, event in zip(ids, new, strict=True)]
        events.append(c, happened, START)

    together(tell)
    counts = database.transact(lambda c: c.execute(select(TALLY.c.count)).scalars().all())
    assert sorted(counts) == [12] * 5
