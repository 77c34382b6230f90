"""Groups of events on a real database: together, once, and each fault alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import built, load
from bot.domain import effects as fx
from bot.domain.errors import StorageUnavailable
from bot.domain.events import InboundEvent
from bot.domain.members import Member
from bot.program import Program
from storage.database import Connection
from tests.fakes import ManualClock
from tests.whole import ENVIRONMENT, write_config


@pytest.fixture
async def program(tmp_path: Path, any_database_url: str, manual_clock: ManualClock) -> AsyncIterator[Program]:
    config = load(write_config(tmp_path, "http://127.0.0.1:9", any_database_url, {}), ENVIRONMENT)
    async with built(config, manual_clock) as running:
        yield running


def event(key: str, kind: str, who: str, at: datetime, text: str = "") -> InboundEvent:
    return InboundEvent(key, "shop", kind, at, f"shop:{who}", text=text)


async def rows(program: Program, statement: str) -> list[tuple[object, ...]]:
    def work(c: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in c.execute(text(statement))]

    return await program.database.read(work)


async def test_events_that_arrive_together_are_stored_together_and_counted_once(
    program: Program, manual_clock: ManualClock
) -> None:
    now = manual_clock.now()
    events = [event(f"k{index}", "member.message", f"o{index % 7}", now) for index in range(100)]
    await program.dispatcher.accept([*events, *events])
    await asyncio.gather(*(program.dispatcher.accept([one]) for one in events))
    assert await rows(program, "SELECT sum(count) FROM tally WHERE kind = 'member.message'") == [(100,)]
    assert await rows(program, "SELECT count(*) FROM member") == [(7,)]


async def test_who_leaves_and_comes_back_at_once_is_a_new_member_who_follows(
    program: Program, manual_clock: ManualClock
) -> None:
    now = manual_clock.now()
    life: Sequence[str] = ("member.followed", "member.message", "member.unfollowed", "member.followed")
    await program.dispatcher.accept([event(f"k{n}", kind, "o1", now) for n, kind in enumerate(life)])
    found = await rows(program, "SELECT member_id FROM identity WHERE following ORDER BY member_id")
    assert len(found) == 1
    here = found[0][0]
    assert await rows(
        program, f"SELECT kind, count FROM tally WHERE member_id = {here} AND kind LIKE 'member%'"
    ) == [("member.followed", 1)]


async def test_an_event_whose_handling_fails_is_quarantined_alone(
    program: Program, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = manual_clock.now()
    decide = type(program.dispatcher._group._decider).decide

    def breaking(self: object, one: InboundEvent, member: Member, at: datetime) -> list[fx.Effect]:
        if one.text == "poison":
            raise RuntimeError("no")
        found: list[fx.Effect] = decide(self, one, member, at)  # type: ignore[arg-type]  # the real one
        return found

    monkeypatch.setattr(type(program.dispatcher._group._decider), "decide", breaking)
    events = [
        event(f"k{n}", "member.message", f"o{n}", now, "poison" if n == 3 else "你好") for n in range(9)
    ]
    await program.dispatcher.accept(events)
    assert await rows(program, "SELECT count(*) FROM quarantine") == [(1,)]
    assert await rows(program, "SELECT sum(count) FROM tally WHERE kind = 'member.message'") == [(8,)]


async def test_a_lost_database_refuses_at_once_and_a_retry_is_whole(
    program: Program, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = manual_clock.now()

    async def lost(_work: object) -> None:
        raise StorageUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(program.database, "write", lost)
        with pytest.raises(StorageUnavailable):
            await program.dispatcher.accept([event("k1", "member.message", "o1", now)])
    await program.dispatcher.accept([event("k1", "member.message", "o1", now)])
    assert await rows(program, "SELECT sum(count) FROM tally WHERE kind = 'member.message'") == [(1,)]
