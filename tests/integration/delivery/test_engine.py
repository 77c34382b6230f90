"""The local engine sends what becomes due, outlives failures and drains when stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.domain.channel import Delivery
from bot.engine import LocalEngine
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
