"""A pass of the sender costs as many transactions as it has to: the clock of a community waits for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.sender.pipeline import CHUNK
from storage.outbox.rows import OUTBOX
from tests.integration.delivery.house import WAIT, House


@pytest.fixture
def written(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what runs in transactions that write, as they run."""
    found: list[str] = []
    whole = house.database.write

    async def noted(work: Callable[[Any], Any]) -> Any:  # noqa: ANN401  whatever the work returns
        found.append(work.__qualname__.rpartition("<locals>.")[0].removesuffix("."))
        return await whole(work)

    monkeypatch.setattr(house.database, "write", noted)
    return found


async def test_a_few_messages_are_claimed_and_recorded_and_nothing_else(
    house: House, written: list[str]
) -> None:
    house.queue([house.message(one) for one in house.members(3)])
    assert await house.sender().send_due() == 3
    assert set(house.states().values()) == {"sent"}
    assert written == ["Sender._turn"] * 2


async def test_a_full_chunk_is_followed_by_another_claim_while_it_is_sent(
    house: House, written: list[str]
) -> None:
    house.queue([house.message(one) for one in house.members(CHUNK + 1)])
    assert await house.sender().send_due() == CHUNK + 1
    assert set(house.states().values()) == {"sent"}
    # Claim the chunk; claim the last one; record the chunk; record the last one.
    assert written == ["Sender._turn"] * 4


async def test_a_row_in_dead_hands_is_looked_for_when_there_may_be_one(
    house: House, written: list[str]
) -> None:
    first, second = house.members(2)
    house.queue([house.message(first), house.message(second)])
    left = {"state": "sending", "owner": "dead", "claimed_at": house.clock.now() - timedelta(minutes=1)}
    house.database.transact(
        lambda c: c.execute(update(OUTBOX).where(OUTBOX.c.member_id == first).values(**left))
    )
    await house.sender().send_due()
    assert house.states() == {f"k{first}": "unknown", f"k{second}": "sent"}
    assert "Sender._orphans" in written
    assert "Pool.send" in written


async def test_a_wait_that_is_over_ends_although_nothing_else_is_due(house: House) -> None:
    (member,) = house.members(1, window=0)
    house.queue([house.message(member, unreachable=WAIT, expires_at=house.clock.now() + timedelta(hours=2))])
    sender = house.sender()
    await sender.send_due()
    assert house.states() == {f"k{member}": "waiting"}
    house.clock.advance(hours=3)
    await sender.send_due()
    assert house.states() == {f"k{member}": "expired"}
