"""What is due is sent once, recorded, and everything it reserved is settled."""

from __future__ import annotations

from datetime import timedelta

from storage import allowances
from tests.integration.delivery.house import WAIT, House


async def test_every_due_message_is_sent_once_and_recorded(house: House) -> None:
    ids = house.members(130)
    house.queue([house.message(one) for one in ids])
    assert await house.sender().send_due() == 130
    assert sorted(delivery.to[0] for delivery in house.channel.taken) == sorted(f"o{one}" for one in ids)
    rows = house.rows().values()
    assert {(row.state, row.route, row.attempts) for row in rows} == {("sent", "customer_service", 1)}
    assert all(row.platform_id and row.text.startswith("hello m") and row.counted_at for row in rows)
    assert {house.left(one) for one in ids} == {4}


async def test_queuing_and_running_the_same_batch_again_changes_nothing(house: House) -> None:
    ids = house.members(3)
    messages = [house.message(one) for one in ids]
    house.queue(messages)
    house.queue(messages)
    sender = house.sender()
    batch = [row.id for row in house.rows().values()]
    assert await sender.run_batch(batch) == 3
    assert await sender.run_batch(batch) == 0
    assert len(house.channel.taken) == 3


async def test_messages_to_one_member_never_overlap(house: House) -> None:
    one, other = house.members(2)
    house.queue(
        [house.message(one, f"a{n}") for n in range(4)] + [house.message(other, f"b{n}") for n in range(4)]
    )
    house.channel.pause_s = 0.01
    await house.sender().send_due()
    assert (house.channel.most_to_one, house.channel.most_at_once) == (1, 2)


async def test_a_window_that_opens_sends_what_waits_for_it(house: House) -> None:
    [one] = house.members(1, window=0)
    house.queue([house.message(one, unreachable=WAIT)])
    sender = house.sender()
    assert await sender.send_due() == 0
    row = house.rows()[f"k{one}"]
    assert (row.state, row.reason) == ("waiting", "no_window")
    house.clock.advance(hours=1)
    house.database.transact(lambda c: allowances.open_windows(c, [house.window(one)]))
    assert await sender.next_due() == house.clock.now()
    assert await sender.send_due() == 1
    assert house.states() == {f"k{one}": "sent"}


async def test_a_window_is_the_larger_of_old_and_new_never_their_sum(house: House) -> None:
    [one] = house.members(1, window=5)
    short = house.window(one, 3, timedelta(minutes=1))
    house.database.transact(lambda c: allowances.open_windows(c, [short, short]))
    assert house.left(one) == 5
    house.clock.advance(hours=49)
    house.database.transact(
        lambda c: allowances.open_windows(c, [house.window(one, 3, timedelta(minutes=1))])
    )
    assert house.left(one) == 3


async def test_the_sixth_message_finds_the_window_used_up(house: House) -> None:
    [one] = house.members(1, window=5)
    house.queue([house.message(one, f"a{n}") for n in range(5)])
    await house.sender().send_due()
    house.queue([house.message(one, "sixth")])
    await house.sender().send_due()
    row = house.rows()["sixth"]
    assert (row.state, row.reason, len(house.channel.taken)) == ("skipped", "window_used_up", 5)


async def test_a_waiting_message_expires_when_nobody_opens_a_window(house: House) -> None:
    [one] = house.members(1, window=0)
    house.queue([house.message(one, unreachable=WAIT)])
    sender = house.sender()
    await sender.send_due()
    house.clock.set(house.message(one).expires_at)
    await sender.send_due()
    assert house.states() == {f"k{one}": "expired"}


async def test_a_paused_or_fenced_house_sends_nothing(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one)])
    sender = house.sender()
    for brake in ("paused", "fenced"):
        house.switch(brake, "1")
        assert await sender.send_due() == 0
        house.switch(brake, "")
    assert await sender.send_due() == 1
