"""Messages that list items of the library, from the claim to the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.domain.channel import Channel, Delivery
from bot.domain.content import Content, Text
from bot.domain.content_choice import ITEMS, Item, Library
from bot.domain.errors import OutcomeUnknown, TryLater, Undeliverable
from bot.domain.outbox import OutboxMessage
from bot.sender import Caller, Sender, Wording
from tests.integration.delivery.house import House

NOON = datetime(2026, 11, 14, 4, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 14, 11, 30, tzinfo=UTC)
LIBRARY = Library(
    tuple(Item(f"i{number}", f"i{number}", f"https://shop.example.com/{number}") for number in range(5)),
    {"hello": frozenset({ITEMS})},
    "https://bot.example.com",
)


@dataclass
class Titles:
    """Words a message as the titles and addresses it lists."""

    def render(
        self, name: str, method: str, values: Mapping[str, object], personalised: bool = True
    ) -> Content:
        items = values["items"]
        assert isinstance(items, list)
        return Text(" ".join(f"{item['title']}={item['link']}" for item in items))


def sender_of(house: House, owner: str = "one") -> Sender:
    channels: Mapping[str, Channel] = {"shop": house.channel}
    caller = Caller(house.policy, Wording(Titles(), library=LIBRARY), channels, house.clock, Random(1))
    return Sender(house.database, caller, house.clock, owner)


def titles(delivery: Delivery) -> list[str]:
    assert isinstance(delivery.content, Text)
    return [part.partition("=")[0] for part in delivery.content.text.split()]


def queued(house: House, member_id: int, key: str, *via: str) -> OutboxMessage:
    return house.message(member_id, key, via=via or ("customer_service",), campaign="digest", caused_by="f1")


async def test_each_message_shows_the_next_three_until_nothing_is_new(house: House) -> None:
    [one] = house.members(1)
    for key in ("a", "b", "c"):
        house.queue([queued(house, one, key)])
        await sender_of(house).send_due()
    assert [titles(call) for call in house.channel.taken] == [["i0", "i1", "i2"], ["i3", "i4"]]
    assert {key: (row.state, row.reason) for key, row in house.rows().items()} == {
        "a": ("sent", ""), "b": ("sent", ""), "c": ("failed", "nothing_new"),
    }  # fmt: skip
    # What was not sent costs the member nothing.
    assert house.left(one) == 3


async def test_a_message_put_off_by_the_platform_shows_the_same_when_it_goes(house: House) -> None:
    [one] = house.members(1)
    house.queue([queued(house, one, "a")])
    tried: list[Content] = []

    def busy(delivery: Delivery) -> None:
        tried.append(delivery.content)
        if len(tried) == 1:
            raise TryLater("platform_busy", house.clock.now() + timedelta(seconds=5))

    house.channel.answers = busy
    await sender_of(house).send_due()
    house.clock.advance(minutes=1)
    await sender_of(house, "two").send_due()
    assert len(tried) == 2
    assert tried[0] == tried[1]


async def test_what_the_platform_refused_is_shown_by_the_next_message(house: House) -> None:
    [one] = house.members(1)
    house.queue([queued(house, one, "a")])

    def refuse(delivery: Delivery) -> None:
        raise Undeliverable("content_risky")

    house.channel.answers = refuse
    await sender_of(house).send_due()
    house.channel.answers = None
    house.queue([queued(house, one, "b")])
    await sender_of(house).send_due()
    assert [titles(call) for call in house.channel.taken] == [["i0", "i1", "i2"]]


async def test_what_may_have_arrived_counts_as_shown(house: House) -> None:
    """The twin of the test above: in doubt nothing is free again."""
    [one] = house.members(1)
    house.queue([queued(house, one, "a")])

    def doubt(delivery: Delivery) -> None:
        raise OutcomeUnknown("timeout")

    house.channel.answers = doubt
    await sender_of(house).send_due()
    house.channel.answers = None
    house.queue([queued(house, one, "b")])
    await sender_of(house).send_due()
    assert [titles(call) for call in house.channel.taken] == [["i3", "i4"]]


@pytest.mark.parametrize("senders", [1, 2])
async def test_by_mass_everybody_gets_the_same_bytes_whoever_sends_them(house: House, senders: int) -> None:
    house.clock.set(NOON)
    ids = house.members(6, window=0)
    house.queue([queued(house, one, f"f1/{one}", "customer_service", "mass") for one in ids])
    await sender_of(house).send_due()
    house.clock.set(EVENING)
    for number in range(senders):
        await sender_of(house, f"s{number}").send_due()
    assert {str(call.content) for call in house.channel.taken} == {str(house.channel.taken[0].content)}
    assert titles(house.channel.taken[0]) == ["i0", "i1", "i2"]
    assert {row.state for row in house.rows().values()} == {"sent"}
