"""Every way a platform can fail has its reaction, and the ledgers learn from it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from bot.domain.channel import Delivery
from bot.domain.delivery.reasons import Reason
from bot.domain.errors import AccountDisabled, OutcomeUnknown, TryLater, Undeliverable
from storage import outbox
from tests.integration.delivery.house import WAIT, House


async def test_a_closed_window_the_ledger_did_not_know_of_is_learned(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one, unreachable=WAIT)])

    def closed(_: Delivery) -> None:
        raise Undeliverable("window_closed", correction="close_window", code=45015)

    house.channel.answers = closed
    await house.sender().send_due()
    row = house.rows()[f"k{one}"]
    assert (row.state, row.reason, row.counted_at) == ("waiting", "no_window", None)
    assert house.left(one) == 0


async def test_a_member_who_unfollowed_gets_nothing_more(house: House) -> None:
    [one] = house.members(1)
    house.queue(
        [house.message(one, "a"), house.message(one, "b", due_at=house.clock.now() + timedelta(hours=1))]
    )

    def gone(_: Delivery) -> None:
        raise Undeliverable("not_following", correction="unfollowed", code=43004)

    house.channel.answers = gone
    sender = house.sender()
    await sender.send_due()
    house.clock.advance(hours=1)
    await sender.send_due()
    assert {key: (row.state, row.reason) for key, row in house.rows().items()} == {
        "a": ("failed", "not_following"),
        "b": ("skipped", "unfollowed"),
    }


async def test_a_busy_platform_is_tried_again_later_and_given_up_after_five_tries(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one)])
    calls = []

    def busy(delivery: Delivery) -> None:
        calls.append(house.clock.now())
        raise TryLater("busy", house.clock.now(), code=-1)

    house.channel.answers = busy
    sender = house.sender()
    for _ in range(20):
        await sender.send_due()
        house.clock.set(await sender.next_due() or house.clock.now())
    row = house.rows()[f"k{one}"]
    assert (len(calls), row.state, row.reason, row.counted_at) == (5, "failed", "poison", None)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(calls)]
    assert gaps == sorted(gaps)
    assert 0.5 <= gaps[0] <= 1
    assert house.left(one) == 5


async def test_a_daily_quota_silences_the_api_until_it_is_renewed(house: House) -> None:
    ids = house.members(120)
    house.queue([house.message(one) for one in ids])
    midnight = house.clock.now() + timedelta(hours=14)
    calls = []

    def exhausted(delivery: Delivery) -> None:
        calls.append(delivery)
        raise TryLater("daily_quota", midnight, scope="api", code=45009)

    house.channel.answers = exhausted
    sender = house.sender()
    await sender.send_due()
    # The chunk under way and the one claimed beside it still go; everything else is held.
    assert len(calls) <= 100
    house.clock.advance(hours=13)
    before = len(calls)
    await sender.send_due()
    assert len(calls) == before
    house.channel.answers = None
    house.clock.set(midnight)
    await sender.send_due()
    assert set(house.states().values()) == {"sent"}


async def test_an_unknown_outcome_without_a_key_is_never_resent_but_listed(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one)])

    def lost(_: Delivery) -> None:
        raise OutcomeUnknown("timeout")

    house.channel.answers = lost
    sender = house.sender()
    assert await sender.send_due() == 1
    house.clock.advance(hours=2)
    assert await sender.send_due() == 0
    [listed] = house.database.transact(outbox.unknown)
    assert (listed.key, listed.route) == (f"k{one}", "customer_service")
    now = house.clock.now()
    assert house.database.transact(lambda c: outbox.resolve(c, listed.id, sent=False, by="xiaomei", now=now))
    assert not house.database.transact(lambda c: outbox.resolve(c, listed.id, sent=True, by="x", now=now))
    assert house.states() == {f"k{one}": "failed"}


async def test_an_unknown_outcome_with_a_key_is_repeated_with_the_same_key(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one, via=("template_message",))])
    keys = []

    def lost_once(delivery: Delivery) -> None:
        keys.append(delivery.key)
        if len(keys) < 3:
            raise OutcomeUnknown("timeout")

    house.channel.answers = lost_once
    sender = house.sender()
    for _ in range(4):
        await sender.send_due()
        house.clock.advance(seconds=10)
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert house.states() == {f"k{one}": "sent"}


async def test_a_key_that_is_too_old_makes_the_outcome_unknown(house: House) -> None:
    [one] = house.members(1)
    house.queue([house.message(one, via=("template_message",))])

    def lost(_: Delivery) -> None:
        raise OutcomeUnknown("timeout")

    house.channel.answers = lost
    sender = house.sender()
    await sender.send_due()
    house.clock.advance(minutes=11)
    await sender.send_due()
    assert house.states() == {f"k{one}": "unknown"}


async def test_a_disabled_account_stops_until_somebody_resumes_it(house: House) -> None:
    ids = house.members(60)
    house.queue([house.message(one) for one in ids])

    def banned(_: Delivery) -> None:
        raise AccountDisabled("api_banned", code=48004)

    house.channel.answers = banned
    sender = house.sender()
    await sender.send_due()
    house.channel.answers = None
    assert await sender.send_due() == 0
    assert set(house.states().values()) == {"waiting"}
    now = house.clock.now()

    house.switch("account:shop", "")
    house.database.transact(lambda c: outbox.wake_held(c, Reason.ACCOUNT_STOPPED, now))
    await sender.send_due()
    assert set(house.states().values()) == {"sent"}


async def test_a_template_that_fails_ends_only_its_own_row(house: House) -> None:
    one, other = house.members(2)
    house.words.broken = frozenset({"broken"})
    house.queue([house.message(one, template="broken"), house.message(other)])
    await house.sender().send_due()
    assert house.states() == {f"k{one}": "failed", f"k{other}": "sent"}
    assert house.rows()[f"k{one}"].reason == "unrenderable"
