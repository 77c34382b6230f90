"""Trouble becomes an alert: in the probe, and in the operators' chat."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import Connection, update

from bot.domain.outbox import OutboxMessage
from bot.watching import EVERY_S, Machine, Watch
from storage import inbox
from storage.alerts import standing
from storage.coupon_stock import BATCH
from storage.inbox import QUARANTINE
from storage.outbox import enqueue
from storage.switches import turn_on
from storage.watch import OUTBOX
from tests.integration.web.shop import Shop, operator

RAISED = "SELECT step, state, is_answer FROM outbox WHERE template = 'alerts/raised' ORDER BY id"


async def set_aside(shop: Shop, key: str = "k") -> None:
    now = shop.whole.program.clock.now()
    await shop.whole.program.database.write(lambda c: inbox.quarantine(c, key, "shop", "odd", b"?", now))


async def resolve(shop: Shop) -> None:
    statement = update(QUARANTINE).values(resolved_at=QUARANTINE.c.received_at)
    await shop.whole.program.database.write(lambda c: c.execute(statement))


async def look(shop: Shop, minutes: int = 0, *, free: float = 1.0, drift: float = 0.0) -> None:
    """Look as at so many minutes from now; the heart's own watch looks only when the clock moves."""
    program = shop.whole.program
    machine = Machine(lambda: free, lambda: timedelta(seconds=drift))
    watch = Watch(program.database, program.config, machine)
    await program.heart.beat()  # what is due leaves, and the heart's own watch has had its look
    await watch.run(program.clock.now() + timedelta(minutes=minutes))


async def open_alerts(shop: Shop) -> dict[str, str]:
    return {one.name: one.text for one in await shop.whole.program.database.read(standing)}


async def test_the_heart_watches_by_itself_and_tells_the_operator_in_chat(shop: Shop) -> None:
    await operator(shop)
    await set_aside(shop)
    await asyncio.sleep(EVERY_S)
    await shop.whole.advance("2m")
    said: list[dict[str, object]] = []
    for _ in range(150):
        said = [row for row in await shop.whole.listing("outbox") if "告警" in row["text"]]
        if said:
            break
        await asyncio.sleep(0.1)
    assert [row["member"] for row in said] == ["老李"]
    assert "隔离" in str(said[0]["text"])
    async with shop.whole.session.get(f"{shop.whole.program.url}/readyz") as answer:
        assert [one["name"] for one in (await answer.json())["alerts"]] == ["quarantine"]
    assert await shop.whole.listing("violations") == []


async def test_an_alert_is_raised_once_and_cleared_when_its_cause_is_gone(shop: Shop) -> None:
    await operator(shop)
    await set_aside(shop)
    for _ in range(3):
        await look(shop)
    assert await open_alerts(shop) == {"quarantine": "quarantine: 1"}
    assert len(await shop.whole.rows(RAISED)) == 1
    await resolve(shop)
    await look(shop)
    assert await open_alerts(shop) == {}


async def test_what_comes_and_goes_is_told_at_most_once_an_hour(shop: Shop) -> None:
    await operator(shop)
    for minutes in (0, 10, 20, 59):
        await set_aside(shop, f"k{minutes}")
        await look(shop, minutes)
        await resolve(shop)
        await look(shop, minutes)
    assert len(await shop.whole.rows(RAISED)) == 1
    await set_aside(shop, "later")
    await look(shop, 61)
    assert len(await shop.whole.rows(RAISED)) == 2


async def test_what_stays_is_told_again_after_a_day(shop: Shop) -> None:
    await operator(shop)
    now = shop.whole.program.clock.now()
    await shop.whole.program.database.write(lambda c: turn_on(c, "template:gift", "platform", now, "banned"))
    for hours in (0, 1, 9, 23):
        await look(shop, hours * 60)
        assert len(await shop.whole.rows(RAISED)) == 1
    await look(shop, 25 * 60)
    assert len(await shop.whole.rows(RAISED)) == 2


async def test_at_night_only_what_is_critical_wakes_anybody(shop: Shop) -> None:
    await operator(shop)
    await shop.whole.post("clock", set="2026-12-01T23:00:00+08:00")
    await set_aside(shop)
    await look(shop, free=0.05)
    await shop.whole.advance("1m")
    states = {row[0]: row[1] for row in await shop.whole.rows(RAISED)}
    assert states["disk"] == "sent"
    assert states["quarantine"] == "queued"
    await shop.whole.post("clock", set="2026-12-02T08:31:00+08:00")
    assert {row[1] for row in await shop.whole.rows(RAISED)} == {"sent"}


async def test_a_refused_account_names_the_address_to_allow(shop: Shop) -> None:
    await shop.whole.post("fault", path="/cgi-bin/stable_token", kind="errcode", value=40164)
    await operator(shop)
    await set_aside(shop)
    await look(shop)
    await shop.whole.advance("2m")
    await look(shop)
    text = (await open_alerts(shop))["account:shop"]
    assert text.startswith("ip_not_listed: 40164")
    async with shop.whole.session.get(f"{shop.whole.program.url}/readyz") as answer:
        body = await answer.json()
    assert body["checks"]["tokens"] == {
        "ok": False, "vital": False, "stopped": {"shop": "ip_not_listed"}, "good_until": {},
    }  # fmt: skip


async def test_every_sign_of_trouble_has_its_alert(shop: Shop) -> None:
    await shop.whole.act("follow", "小明")
    program = shop.whole.program
    now = program.clock.now()
    old, tomorrow = now - timedelta(minutes=11), now + timedelta(days=1)

    def work(c: Connection) -> None:
        for state in ("sending", "unknown"):
            message = OutboxMessage(state, 1, "answers/hours", "service", ("mass",), old, tomorrow, tomorrow)
            enqueue(c, [message])
            c.execute(update(OUTBOX).where(OUTBOX.c.key == state).values(state=state, claimed_at=old))
        c.execute(update(BATCH).where(BATCH.c.name == "new10").values(taken=BATCH.c.stock - 5))

    await program.database.write(work)
    await look(shop, free=0.05, drift=90.0)
    alerts = await open_alerts(shop)
    assert alerts == {
        "stuck": "stuck: 1",
        "unknown": "unknown: 1",
        "coupons:new10": "low: 5",
        "budget:new10": "spent: 99%",
        "disk": "disk: 5.0%",
        "clock": "clock: 90s",
    }


async def test_errors_of_the_database_are_told_for_an_hour(shop: Shop) -> None:
    program = shop.whole.program
    watch = Watch(program.database, program.config, Machine(lambda: 1.0, timedelta))
    await watch.run(program.clock.now())
    program.database.failures += 2
    for minutes, expected in ((1, {"database": "database: 2"}), (59, {"database": "database: 2"}), (62, {})):
        await asyncio.sleep(EVERY_S)
        await watch.run(program.clock.now() + timedelta(minutes=minutes))
        assert await open_alerts(shop) == expected
