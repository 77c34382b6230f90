"""What was kept long enough goes, and nothing else; what was counted stays counted."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.domain.delivery.policy import SERVICE
from bot.domain.events import CONSENT_GRANTED, MESSAGE, ORDER_PAID, STAGE_CHANGED
from bot.domain.outbox import OutboxMessage
from scheduler.retention import Cleaning
from storage import events, retention
from storage.database import Connection, Database
from storage.outbox.queue import enqueue
from storage.snapshots import NOTHING, load
from tests.condition_cases import NOW
from tests.integration.storage.test_many_rows import people

ZONE = ZoneInfo("Asia/Shanghai")
OLD, YOUNG = NOW - timedelta(days=400), NOW - timedelta(days=10)
KEPT = {"messages": timedelta(days=180), "events": timedelta(days=365), "consents": timedelta(days=365),
        "logs": timedelta(days=200)}  # fmt: skip
KINDS = (MESSAGE, ORDER_PAID, CONSENT_GRANTED, STAGE_CHANGED)


def live(c: Connection) -> int:
    """Store a member who did everything, once long ago and once lately, and was told something each time."""
    (one,) = people(c, 1)
    for at in (OLD, YOUNG):
        happened = [
            events.Happened(one, kind, at, f"{kind}{at}", properties={"text": "我住在杭州", "n": 1})
            for kind in KINDS
        ]
        events.append(c, happened, at)
        message = OutboxMessage(f"k{at}", one, "welcome/hello", SERVICE, ("reply",), at, at, at)
        enqueue(c, [message])
    c.execute(text("UPDATE outbox SET text = '你好', state = 'sent', finished_at = created_at"))
    return one


def sweep_all(database: Database, now: Callable[[str], timedelta] = lambda _name: timedelta()) -> None:
    for sweep in retention.SWEEPS.values():
        before = NOW - KEPT[sweep.kept] + now(sweep.name)
        more = True
        while more:
            _, more = database.transact(partial(retention.page, sweep=sweep, before=before, now=NOW))


def kinds_left(c: Connection) -> list[str]:
    return list(c.execute(text("SELECT kind FROM event ORDER BY id")).scalars())


def words_left(c: Connection) -> int:
    said = c.execute(text("SELECT properties FROM event")).scalars()
    told = c.execute(text("SELECT text FROM outbox")).scalars()
    return sum("杭州" in str(one) or "\\u676d" in str(one) for one in said) + sum(bool(one) for one in told)


def test_old_words_and_events_go_and_counts_orders_and_what_is_young_stay(database: Database) -> None:
    one = database.transact(live)
    before = database.transact(lambda c: load(c, [one], NOTHING, NOW)[one].tallies)
    sweep_all(database)
    assert database.transact(kinds_left) == [ORDER_PAID, STAGE_CHANGED, *KINDS]
    assert database.transact(words_left) == len(KINDS) + 1
    assert database.transact(lambda c: load(c, [one], NOTHING, NOW)[one].tallies) == before


def test_sweeping_again_does_nothing_and_what_became_old_since_goes_then(database: Database) -> None:
    database.transact(live)
    sweep_all(database)
    first = database.transact(kinds_left)
    sweep_all(database)
    assert database.transact(kinds_left) == first
    sweep_all(database, lambda _name: timedelta(days=390))
    assert database.transact(kinds_left) == [ORDER_PAID, STAGE_CHANGED, ORDER_PAID, STAGE_CHANGED]
    assert database.transact(words_left) == 0


async def test_the_night_cleans_a_page_a_beat_and_notes_what_went(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PAGE", 3)
    database.transact(live)
    cleaning = Cleaning(database, ZONE, KEPT)
    night = NOW.astimezone(ZONE).replace(hour=4, minute=0)
    for beat in range(20):
        assert await cleaning.run(night + timedelta(seconds=beat)) == 0
    assert await database.read(kinds_left) == [ORDER_PAID, STAGE_CHANGED, *KINDS]
    noted = "SELECT count(*) FROM audit WHERE action = 'retention'"
    assert await database.read(lambda c: c.execute(text(noted)).scalar_one()) == 1


async def test_by_day_nothing_goes_and_no_event_that_a_condition_counts(database: Database) -> None:
    database.transact(live)
    day = NOW.astimezone(ZONE).replace(hour=2)
    await Cleaning(database, ZONE, KEPT).run(day)
    assert await database.read(kinds_left) == [*KINDS, *KINDS]
    counting = Cleaning(database, ZONE, {"events": KEPT["events"]}, timedelta(days=500))
    for _ in range(10):
        await counting.run(day.replace(hour=5))
    assert await database.read(kinds_left) == [*KINDS, *KINDS]
