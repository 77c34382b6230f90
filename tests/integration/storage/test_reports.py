"""Read models over a small history whose every number is known."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage import events, reports
from storage.database import Connection, Database
from storage.tables import table
from storage.tables.delivery import CouponRow, OutboxRow
from storage.tables.events import EventRow
from storage.tables.members import MemberRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
BLANK: dict[str, object] = {"attributes": {}, "provenance": {}}
UNUSED: dict[str, object] = {"amount": 0, "order_id": "", "basis": ""}
START = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    with Database.open(any_database_url) as opened:
        yield opened


def _change(member: int, days: float, was: str, stage: str) -> dict[str, object]:
    at = START + timedelta(days=days)
    return {"member_id": member, "kind": "stage.changed", "at": at, "received_at": at, "account": "shop",
            "key": f"{member}{at}", "amount": 0, "properties": {"stage": stage, "was": was}}  # fmt: skip


def _order(member: int, days: float, amount: int) -> dict[str, object]:
    return _change(member, days, "", "") | {"kind": "order.paid", "amount": amount, "key": f"o{member}{days}"}


def _message(key: str, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "key": key, "member_id": 1, "rule": "winback", "step": "soft", "campaign": "", "purpose": "marketing",
        "via": [], "coupon": {}, "context": {}, "created_at": START, "due_at": START, "expires_at": START,
        "state": "sent", "route": "mass", "reason": "", "finished_at": START, "coupon_code": "",
    }  # fmt: skip
    return row | more


def _fill(c: Connection) -> None:
    c.execute(table(EventRow).insert(), [
        _change(1, 0, "", "new"), _change(2, 0, "", "new"), _change(1, 1, "new", "engaged"),
        # 22:30 UTC is half past six the next morning in Shanghai.
        _change(2, 1 + 20.5 / 24, "new", "engaged"), _change(1, 31, "engaged", "dormant"),
        _order(1, 2, 12_345), _order(2, 2.1, 655),
    ])  # fmt: skip
    c.execute(table(MemberRow).insert(), [
        {"id": 1, "stage": "dormant", "known_since": START, "unfollowed": False} | BLANK,
        {"id": 2, "stage": "engaged", "known_since": START, "unfollowed": True} | BLANK,
    ])  # fmt: skip
    c.execute(table(OutboxRow).insert(), [
        _message("a"), _message("b"), _message("c", state="skipped", route="", reason="no_consent"),
        _message("d", rule="", campaign="digest", coupon_code="X", finished_at=START + timedelta(days=1)),
        _message("e", state="queued", finished_at=None),
    ])  # fmt: skip
    c.execute(table(CouponRow).insert(), [
        {"batch": "new10", "code": "A", "state": "redeemed", "issued_at": START, "expires_at": None,
         "redeemed_at": START + timedelta(days=1)} | UNUSED,
        {"batch": "new10", "code": "B", "state": "expired", "issued_at": START,
         "expires_at": START + timedelta(days=7), "redeemed_at": None} | UNUSED,
        {"batch": "new10", "code": "C", "state": "free", "issued_at": None, "expires_at": None,
         "redeemed_at": None} | UNUSED,
    ])  # fmt: skip


async def test_the_flow_counts_each_member_in_one_stage_a_day_by_the_readers_midnight(
    database: Database,
) -> None:
    await database.write(_fill)
    flow = await database.read(lambda c: reports.stage_flow(c, SHANGHAI))
    assert flow.days[0] == date(2026, 6, 1)
    assert flow.days[-1] == date(2026, 7, 2)
    assert flow.counts["new"][:4] == (2, 1, 0, 0)
    assert flow.counts["engaged"][:4] == (0, 1, 2, 2)
    assert {sum(stage[i] for stage in flow.counts.values()) for i in range(len(flow.days))} == {2}
    database.close()


async def test_moves_pair_each_members_stage_at_two_moments(database: Database) -> None:
    await database.write(_fill)
    moments = [START + timedelta(days=day) for day in (0.5, 15, 40)]
    moves = await database.read(lambda c: reports.stage_moves(c, moments, SHANGHAI))
    assert sorted((m.since.day, m.was, m.stage, m.members) for m in moves) == [
        (1, "new", "engaged", 2),
        (16, "engaged", "dormant", 1),
        (16, "engaged", "engaged", 1),
    ]
    database.close()


async def test_messages_are_counted_by_day_program_route_state_and_reason(database: Database) -> None:
    await database.write(_fill)
    counted = await database.read(lambda c: reports.pushes(c, SHANGHAI))
    assert {(p.day.day, p.program, p.route, p.state, p.reason): p.messages for p in counted} == {
        (1, "winback", "mass", "sent", ""): 2,
        (1, "winback", "", "skipped", "no_consent"): 1,
        (1, "winback", "mass", "queued", ""): 1,
        (2, "digest", "mass", "sent", ""): 1,
    }
    latest = await database.read(lambda c: reports.latest_pushes(c, 2))
    assert [(p.program, p.has_coupon) for p in latest] == [("digest", True), ("winback", False)]
    assert await database.read(reports.outbox_states) == {"sent": 3, "skipped": 1, "queued": 1}
    database.close()


async def test_coupons_are_counted_on_the_day_of_each_step_of_their_life(database: Database) -> None:
    await database.write(_fill)
    counted = await database.read(lambda c: reports.coupons(c, SHANGHAI))
    assert [(k.day.day, k.issued, k.redeemed, k.expired) for k in counted] == [
        (1, 2, 0, 0),
        (2, 0, 1, 0),
        (8, 0, 0, 1),
    ]
    database.close()


async def test_events_carry_their_number_and_their_money(database: Database) -> None:
    await database.write(_fill)
    counted = await database.read(lambda c: reports.inbound(c, SHANGHAI))
    assert [(e.day.day, e.events, e.amount) for e in counted if e.kind == "order.paid"] == [(3, 2, 13_000)]
    seen = await database.read(reports.totals)
    assert seen == {"members": 2, "unfollowed": 1, "orders": 2, "amount": 13_000, "issued": 2, "redeemed": 1,
                    "sent": 3}  # fmt: skip
    assert await database.read(reports.stage_counts) == {"dormant": 1, "engaged": 1}
    database.close()


async def test_an_empty_database_gives_empty_models(database: Database) -> None:
    assert await database.read(lambda c: reports.stage_flow(c, SHANGHAI)) == reports.Flow()
    assert await database.read(lambda c: reports.pushes(c, SHANGHAI)) == []
    database.close()


def test_stays_are_read_from_the_changes_and_go_on_until_now(database: Database) -> None:
    changes = [(1, "new", 0), (1, "engaged", 2), (1, "buyer", 5), (2, "new", 1)]
    rows = [
        events.Happened(
            who, "stage.changed", START + day * timedelta(days=1), f"k{who}{day}", properties={"stage": stage}
        )
        for who, stage, day in changes
    ]
    database.transact(lambda c: events.append(c, rows, START))
    found = database.transact(lambda c: list(reports.stays(c, START + timedelta(days=9))))
    assert {(one.stage, one.length.days, one.ended) for one in found} == {
        ("new", 2, True), ("engaged", 3, True), ("buyer", 4, False), ("new", 8, False),
    }  # fmt: skip


def test_orders_stand_beside_the_marketing_that_reached_the_member(database: Database) -> None:
    database.transact(_fill)
    week = timedelta(days=7)
    found = database.transact(lambda c: list(reports.orders_and_touches(c, START, week)))
    assert [[order.amount for order in orders] for orders, _ in found] == [[12_345], [655]]
    assert [sorted(touch.program for touch in touches) for _, touches in found] == [
        ["digest", "winback", "winback"],
        [],
    ]
    late = database.transact(lambda c: list(reports.orders_and_touches(c, START + 3 * week, week)))
    assert late == []


def test_what_was_paid_back_is_no_order(database: Database) -> None:
    def bought(number: str, amount: int, kind: str = "order.paid", day: int = 1) -> events.Happened:
        about = {"order_id": number}
        return events.Happened(1, kind, START + timedelta(days=day), f"{kind}{number}", "", amount, about)

    rows = [
        bought("whole", 900), bought("kept", 500), bought("part", 700),
        bought("whole", 900, "order.refunded", 2), bought("part", 300, "order.refunded", 3),
    ]  # fmt: skip
    database.transact(lambda c: events.append(c, rows, START))
    found = database.transact(lambda c: list(reports.orders_and_touches(c, START, timedelta(days=7))))
    assert [sorted(order.amount for order in orders) for orders, _ in found] == [[400, 500]]
