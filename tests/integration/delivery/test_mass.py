"""Pooled sends: identical bytes in one keyed call, at the route's times, within the month's quota."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.channel import Delivery
from bot.domain.delivery.batching import parts
from bot.domain.delivery.departures import Departure
from bot.domain.delivery.routes import BatchRule
from bot.domain.errors import OutcomeUnknown
from bot.domain.outbox import CouponOrder, OutboxMessage
from storage import allowances, outbox
from tests.integration.delivery.house import House, coupon

# 12:00 in Shanghai; the next batch leaves at 19:30, 11:30 UTC.
NOON = datetime(2026, 11, 14, 4, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 14, 11, 30, tzinfo=UTC)


def pooled(house: House, member_id: int, key: str = "", coupon: CouponOrder | None = None) -> OutboxMessage:
    via = ("customer_service", "mass")
    return house.message(member_id, key, purpose="marketing", via=via, coupon=coupon)


async def test_members_with_the_same_text_share_one_call_at_the_batch_time(house: House) -> None:
    house.clock.set(NOON)
    ids = house.members(120, window=0)
    house.queue([pooled(house, one) for one in ids])
    sender = house.sender()
    assert await sender.send_due() == 0
    assert await sender.next_due() == EVENING
    house.clock.set(EVENING)
    assert await sender.send_due() == 1
    [call] = house.channel.taken
    assert (sorted(call.to), call.method, len(call.key)) == (sorted(f"o{one}" for one in ids), "mass", 32)
    rows = house.rows().values()
    assert {(row.state, row.route, row.platform_id) for row in rows} == {("sent", "mass", "p1")}
    assert {row.batch_key for row in rows} == {call.key}


async def test_an_open_window_is_preferred_and_takes_the_member_out_of_the_pool(house: House) -> None:
    house.clock.set(NOON)
    ids = house.members(3, window=0)
    house.queue([pooled(house, one) for one in ids])
    sender = house.sender()
    await sender.send_due()
    house.clock.advance(hours=1)
    house.database.transact(lambda c: allowances.open_windows(c, [house.window(ids[0])]))
    assert await sender.send_due() == 1
    assert house.rows()[f"k{ids[0]}"].route == "customer_service"


async def test_a_lone_member_waits_for_the_next_batch_and_takes_another_route_when_it_opens(
    house: House,
) -> None:
    house.clock.set(NOON)
    [one] = house.members(1, window=0)
    house.queue([pooled(house, one)])
    sender = house.sender()
    await sender.send_due()
    house.clock.set(EVENING)
    assert await sender.send_due() == 0
    row = house.rows()[f"k{one}"]
    morning = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)
    assert (row.state, row.reason, row.due_at, row.counted_at) == ("waiting", "alone", morning, None)
    [other] = house.members(1, window=0)
    house.queue([pooled(house, other)])
    await sender.send_due()
    house.clock.set(morning)
    assert await sender.send_due() == 1
    assert set(house.states().values()) == {"sent"}


async def test_the_fifth_mass_message_of_a_month_waits_for_nobody(house: House) -> None:
    house.policy = replace(house.policy, caps=())
    ids = house.members(2, window=0)
    sender = house.sender()
    for day in range(5):
        house.clock.set(datetime(2026, 11, 10 + day, 4, 0, tzinfo=UTC))
        house.queue([pooled(house, one, key=f"{day}-{one}") for one in ids])
        await sender.send_due()
        house.clock.set(datetime(2026, 11, 10 + day, 11, 30, tzinfo=UTC))
        await sender.send_due()
    assert len(house.channel.taken) == 4
    assert {(row.state, row.reason) for key, row in house.rows().items() if key.startswith("4-")} == {
        ("skipped", "quota")
    }


async def test_a_coupon_travels_by_mass_only_as_a_keyword(house: House) -> None:
    house.clock.set(NOON)
    ids = house.members(2, window=0)
    house.queue([pooled(house, one, coupon=coupon()) for one in ids])
    await house.sender().send_due()
    assert {(row.state, row.reason) for row in house.rows().values()} == {("skipped", "needs_claim")}
    house.queue([pooled(house, one, key=f"claim{one}", coupon=coupon(claim_keyword="回来了")) for one in ids])
    await house.sender().send_due()
    house.clock.set(EVENING)
    await house.sender().send_due()
    assert [row.coupon_code for key, row in house.rows().items() if key.startswith("claim")] == ["", ""]
    assert len(house.channel.taken) == 1


async def test_a_doubtful_batch_is_called_again_with_its_key_and_its_members(house: House) -> None:
    house.clock.set(NOON)
    ids = house.members(3, window=0)
    house.queue([pooled(house, one) for one in ids])
    sender = house.sender()
    await sender.send_due()
    house.clock.set(EVENING)
    calls: list[Delivery] = []

    def lost_once(delivery: Delivery) -> None:
        calls.append(delivery)
        if len(calls) == 1:
            raise OutcomeUnknown("timeout")

    house.channel.answers = lost_once
    await sender.send_due()
    house.clock.advance(minutes=1)
    await house.sender("a later process").send_due()
    assert [(call.key, sorted(call.to)) for call in calls[:1]] == [
        (call.key, sorted(call.to)) for call in calls[1:]
    ]
    assert set(house.states().values()) == {"sent"}


async def test_a_batch_whose_process_died_before_the_call_is_called_by_the_next(house: House) -> None:
    house.clock.set(NOON)
    ids = house.members(3, window=0)
    house.queue([pooled(house, one) for one in ids])
    await house.sender().send_due()
    house.clock.set(EVENING)

    def die(_: Delivery) -> None:
        raise KeyboardInterrupt

    house.channel.answers = die
    with pytest.raises(KeyboardInterrupt):
        await house.sender("dies").send_due()
    assert set(house.states().values()) == {"sending"}
    house.channel.answers = None
    house.clock.advance(seconds=1)
    next_one = house.sender("lives")
    assert await next_one.send_due() == 0
    house.clock.advance(outbox.DEAD_AFTER)
    assert await next_one.send_due() == 1
    assert set(house.states().values()) == {"sent"}


@pytest.mark.parametrize(
    ("total", "sizes"),
    [(1, []), (2, [2]), (10, [10]), (11, [9, 2]), (12, [10, 2]), (21, [10, 9, 2]), (30, [10, 10, 10])],
)
async def test_no_call_is_smaller_or_larger_than_the_platform_takes(
    house: House, total: int, sizes: list[int]
) -> None:
    now = house.clock.now()
    members = [
        Departure(n, house.message(n), "mass", f"o{n}", "key", now + timedelta()) for n in range(total)
    ]
    found = parts(members, BatchRule((), 2, 10))
    assert [len(part.members) for part in found if not part.alone] == sizes
    assert sorted(one.id for part in found for one in part.members) == list(range(total))
