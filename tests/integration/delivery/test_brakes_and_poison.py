"""Brakes hold and let go; one row nobody can claim harms no other."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.domain.effects import CancelMessages, EarnGrant
from bot.domain.outbox import Unreachable
from storage import allowances, outbox
from storage.tables import table
from storage.tables.delivery import GateRow
from storage.tables.lifecycle import HandoffRow
from tests.integration.delivery.house import OUTBOX, WAIT, House


async def test_a_row_that_cannot_be_read_is_parked_and_its_neighbours_are_sent(house: House) -> None:
    ids = house.members(5)
    house.queue([house.message(one) for one in ids])
    broken = f"k{ids[2]}"
    house.database.transact(
        lambda c: c.execute(update(OUTBOX).where(OUTBOX.c.key == broken).values(unreachable="nonsense"))
    )
    await house.sender().send_due()
    row = house.rows()[broken]
    assert (row.state, row.reason, row.detail) == ("failed", "poison", "ValueError")
    assert sorted(house.states().values()) == ["failed", "sent", "sent", "sent", "sent"]


async def test_a_paused_rule_holds_its_messages_until_it_is_resumed(house: House) -> None:
    one, other = house.members(2)
    house.queue([house.message(one, rule="winback"), house.message(other, rule="welcome")])
    now = house.clock.now()
    house.database.transact(lambda c: outbox.pause_program(c, "rule:winback", "laoli", now))
    sender = house.sender()
    await sender.send_due()
    row = house.rows()[f"k{one}"]
    assert (row.state, row.reason, row.due_at) == ("queued", "program_paused", row.expires_at)
    assert house.states()[f"k{other}"] == "sent"
    assert house.database.transact(lambda c: outbox.resume_program(c, "rule:winback", now))
    await sender.send_due()
    assert house.states()[f"k{one}"] == "sent"


async def test_what_the_gates_did_is_kept_as_a_trail(house: House) -> None:
    [one] = house.members(1, window=0)
    house.queue([house.message(one, unreachable=WAIT)])
    sender = house.sender()
    await sender.send_due()
    house.clock.set(house.message(one).expires_at)
    await sender.send_due()
    gate = table(GateRow)
    trail = house.database.transact(lambda c: c.execute(select(gate.c.verdict, gate.c.reason)).all())
    assert [tuple(row) for row in trail] == [("hold", "no_window"), ("drop", "expired")]


async def test_an_unreachable_member_can_be_handed_to_a_person(house: House) -> None:
    [one] = house.members(1, window=0)
    house.queue([house.message(one, unreachable=Unreachable.HANDOFF)])
    await house.sender().send_due()
    handoff = table(HandoffRow)
    [row] = house.database.transact(lambda c: c.execute(select(handoff)).all())
    assert (row.member_id, row.state, row.note) == (one, "open", "hello")


async def test_a_grant_is_earned_waited_for_and_spent_once(house: House) -> None:
    [one] = house.members(1, window=0)
    common = {"via": ("subscription_notice",), "platform_template": "new", "unreachable": WAIT}
    house.queue([house.message(one, "a", **common), house.message(one, "b", **common)])
    sender = house.sender()
    assert await sender.send_due() == 0
    assert {row.reason for row in house.rows().values()} == {"no_grant"}
    accepted = EarnGrant(one, "subscription_notice", "new", True, house.clock.now())
    house.database.transact(lambda c: allowances.earn(c, [accepted]))
    assert await sender.send_due() == 1
    assert sorted(row.reason for row in house.rows().values()) == ["", "priority"]
    assert house.left(one, "subscription_notice", "new") == 0


async def test_a_withdrawn_purpose_cancels_what_waits_for_it(house: House) -> None:
    [one] = house.members(1, window=0)
    common = {"unreachable": WAIT}
    house.queue([house.message(one, "a", purpose="marketing", **common), house.message(one, "b", **common)])
    await house.sender().send_due()
    wish = CancelMessages(one, "consent_withdrawn", house.clock.now(), purpose="marketing")
    assert house.database.transact(lambda c: outbox.cancel(c, [wish])) == 1
    assert house.states() == {"a": "skipped", "b": "waiting"}
