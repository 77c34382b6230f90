"""A runner that died in the middle: keyed rows are sent again, the others are listed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from bot.domain.delivery.departures import Sent
from storage import outbox
from storage.outbox import Ask, Claimed
from tests.integration.delivery.house import House


def claim(house: House, owner: str) -> Claimed:
    ask = Ask(owner, house.policy, house.clock.now())
    return house.database.transact(lambda c: outbox.claim_due(c, ask))


async def test_rows_of_a_dead_runner_are_resent_with_their_key_or_marked_unknown(house: House) -> None:
    one, other = house.members(2)
    house.queue([house.message(one), house.message(other, via=("template_message",))])
    dead = claim(house, "dead")
    assert len(dead.departures) == 2
    house.clock.advance(outbox.DEAD_AFTER - timedelta(seconds=1))
    sender = house.sender("alive")
    assert await sender.send_due() == 0
    house.clock.advance(seconds=1)
    assert await sender.send_due() == 1
    assert house.states() == {f"k{one}": "unknown", f"k{other}": "sent"}
    [delivery] = house.channel.taken
    key = next(found.platform_key for found in dead.departures if found.message.member_id == other)
    assert delivery.key == key


async def test_a_runner_that_beats_is_not_taken_for_dead(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one)])
    claim(house, "slow")
    for _ in range(5):
        house.clock.advance(outbox.BEAT)
        house.database.transact(partial(outbox.beat, owner="slow", now=house.clock.now()))
        await house.sender("other").send_due()
    assert house.states() == {f"k{one}": "sending"}


async def test_a_runner_thought_dead_may_still_say_what_it_knows(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one)])
    [departure] = claim(house, "stalled").departures
    house.clock.advance(outbox.DEAD_AFTER)
    await house.sender("alive").send_due()
    assert house.states() == {f"k{one}": "unknown"}
    now = house.clock.now()
    house.database.transact(
        lambda c: outbox.record(c, [Sent(departure, "p1", "hello")], "stalled", house.policy, now)
    )
    assert house.states() == {f"k{one}": "sent"}


async def test_a_stranger_cannot_record_a_row_it_did_not_claim(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one)])
    [departure] = claim(house, "mine").departures
    now = house.clock.now()
    house.database.transact(lambda c: outbox.record(c, [Sent(departure)], "stranger", house.policy, now))
    assert house.states() == {f"k{one}": "sending"}


async def test_a_claim_that_grew_old_before_its_call_is_not_used(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one)])
    sender = house.sender()
    [departure] = claim(house, "one").departures
    house.clock.advance(hours=1)
    outcome = await sender._caller.send(departure)
    assert not isinstance(outcome, Sent)
    assert house.channel.taken == []
