"""The local engine sends what becomes due, outlives failures and drains when stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.domain.channel import Delivery
from bot.engine import LocalEngine
from bot.heart import Heart, Seen, Work
from storage import switches
from tests.integration.delivery.house import House


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the state is in a database, which sets no event
            await asyncio.sleep(0.01)


async def test_a_woken_engine_sends_what_was_queued_and_stops_cleanly(house: House) -> None:
    engine = LocalEngine(house.sender(), house.clock)
    engine.start()
    ids = house.members(3)
    house.queue([house.message(one) for one in ids])
    engine.wake()
    await until(lambda: len(house.channel.taken) == 3)
    await engine.stop()
    assert set(house.states().values()) == {"sent"}


async def test_an_engine_that_is_stopped_records_what_it_was_sending_and_claims_no_more(house: House) -> None:
    house.channel.pause_s = 0.05
    engine = LocalEngine(house.sender(concurrency=10), house.clock)
    ids = house.members(400, window=1)
    house.queue([house.message(one) for one in ids])
    engine.start()
    await until(lambda: len(house.channel.taken) > 5)
    await engine.stop()
    states = list(house.states().values())
    assert set(states) == {"sent", "queued"}
    assert states.count("sent") == len(house.channel.taken)


async def test_a_failing_channel_does_not_end_the_engine(house: House) -> None:
    first, second = house.members(2)
    house.queue([house.message(first)])

    def explode(_: Delivery) -> None:
        raise RuntimeError("a bug in a channel")

    house.channel.answers = explode
    engine = LocalEngine(house.sender(), house.clock)
    engine.start()
    await until(lambda: house.states()[f"k{first}"] == "unknown")
    house.channel.answers = None
    house.queue([house.message(second)])
    engine.run([row.id for row in house.rows().values()])
    await until(lambda: house.states()[f"k{second}"] == "sent")
    await engine.stop()
    assert house.states() == {f"k{first}": "unknown", f"k{second}": "sent"}


async def test_an_engine_that_is_not_started_settles_what_is_due_before_it_returns(house: House) -> None:
    engine = LocalEngine(house.sender(), house.clock)
    first, second = house.members(2)
    house.queue([house.message(first)])
    engine.run([row.id for row in house.rows().values()])
    house.queue([house.message(second)])
    assert await engine.settle() == 2
    assert set(house.states().values()) == {"sent"}
    now = house.clock.now()
    assert house.database.transact(lambda c: engine.look(c, now)) == Seen(due=False, next_at=None)


async def test_a_started_engine_is_only_woken_and_sends_while_the_heart_is_busy(house: House) -> None:
    engine = LocalEngine(house.sender(), house.clock)
    engine.start()
    ready, long = asyncio.Event(), asyncio.Event()

    async def rules(_now: datetime) -> int:
        ready.set()
        await long.wait()
        return 0

    async def push(_now: datetime) -> int:
        return await engine.settle()

    async def look(_now: datetime) -> list[Seen]:
        return [Seen(due=True, next_at=None)] * 2

    heart = Heart(house.clock, Work((push, rules), look))
    beat = asyncio.create_task(heart.beat())
    await ready.wait()
    (member,) = house.members(1)
    house.queue([house.message(member)])
    engine.wake()
    await until(lambda: house.states() == {f"k{member}": "sent"})
    assert not beat.done()
    long.set()
    await beat
    await engine.stop()


async def test_runs_that_wait_for_what_was_sent_are_looked_at_after_the_pass(house: House) -> None:
    looked = asyncio.Event()
    engine = LocalEngine(house.sender(), house.clock, looked.set)
    engine.start()
    await asyncio.sleep(0.1)
    assert not looked.is_set()
    (member,) = house.members(1)
    house.queue([house.message(member)])
    engine.wake()
    async with asyncio.timeout(10):
        await looked.wait()
    assert house.states() == {f"k{member}": "sent"}
    await engine.stop()


async def test_what_waits_for_an_operator_is_not_asked_for_again_and_again(house: House) -> None:
    sender = house.sender()
    engine = LocalEngine(sender, house.clock)
    (member,) = house.members(1)
    house.queue([house.message(member)])
    house.database.transact(lambda c: switches.turn_on(c, switches.PAUSED, "tester", house.clock.now()))
    passes = 0
    whole = sender.send_due

    async def counted() -> int:
        nonlocal passes
        passes += 1
        return await whole()

    sender.send_due = counted  # type: ignore[method-assign]  # only counted
    engine.start()
    await asyncio.sleep(0.5)
    await engine.stop()
    assert passes <= 2
    assert house.states() == {f"k{member}": "queued"}
