"""events import: once per message_id, by the webhooks' own reading; old news never wakes a rule."""

import json

from tests.integration.cli.shell import Shell


def _order(number: int, **more: object) -> dict[str, object]:
    return {
        "message_id": f"o{number}",
        "type": "track",
        "event": "Order Completed",
        "user_id": "phone:13800000001",
        "timestamp": "2026-11-30T22:00:00+08:00",
        "properties": {"total": 128.5, "order_id": f"A{number}"},
        **more,
    }


def _file(sh: Shell, *lines: object) -> str:
    file = sh.folder / "orders.jsonl"
    text = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    file.write_text("\n".join(text), encoding="utf-8")
    return str(file)


async def test_events_count_once_whatever_is_repeated(sh: Shell) -> None:
    cloud = {
        "specversion": "1.0", "id": "9", "source": "till", "type": "com.shop.order.paid",
        "subject": "phone:13800000001", "time": "2026-12-01T09:00:00+08:00", "data": {"total": "1"},
    }  # fmt: skip
    file = _file(sh, _order(1), _order(2), _order(2), cloud)
    first = await sh.done("events", "import", file)
    assert (first["rows"], first["bad"]) == (4, [])
    assert sh.rows("SELECT count, amount FROM tally WHERE kind = 'order.paid'") == [(3, 25_800)]
    again = await sh.done("events", "import", file)
    assert (again["taken"], again["already"]) == (0, 4)
    assert sh.rows("SELECT count, amount FROM tally WHERE kind = 'order.paid'") == [(3, 25_800)]


async def test_bad_lines_are_named_and_their_neighbours_taken_in(lite: Shell) -> None:
    nameless = _order(3)
    del nameless["message_id"]
    file = _file(lite, _order(1), "{not json", nameless, _order(4, user_id="nobody"), "x" * 70_000, _order(5))
    ran = await lite.run("events", "import", file, "--json")
    assert ran.code == 1
    assert [bad["line"] for bad in ran.document["bad"]] == [2, 3, 4, 5]
    assert lite.rows("SELECT count FROM tally WHERE kind = 'order.paid'") == [(2,)]


async def test_history_moves_the_stage_and_wakes_no_rule_unless_asked_to(lite: Shell) -> None:
    signal = {"event": "Complaint Opened", "properties": {"complaint_id": "c1"}}
    old = _order(1, **signal, timestamp="2026-08-01T10:00:00+08:00")
    await lite.done("events", "import", _file(lite, old))
    assert lite.rows("SELECT count(*) FROM enrollment") == [(0,)]
    await lite.done("events", "import", _file(lite, {**old, "message_id": "o2"}), "--rules", "all")
    assert lite.rows("SELECT rule FROM enrollment") == [("complaint_care",)]


async def test_todays_events_are_heard_by_rules_as_from_a_webhook(lite: Shell) -> None:
    fresh = _order(1, event="Complaint Opened", properties={"complaint_id": "c1"})
    await lite.done("events", "import", _file(lite, fresh), "--dry-run")
    assert lite.rows("SELECT count(*) FROM member") == [(0,)]
    await lite.done("events", "import", _file(lite, fresh))
    assert lite.rows("SELECT rule FROM enrollment") == [("complaint_care",)]


async def test_a_table_of_orders_is_read_like_the_rest(lite: Shell) -> None:
    file = lite.folder / "orders.csv"
    file.write_text(
        "编号,会员,事件,时间,金额,订单号\nt1,phone:13800000001,Order Completed,2026-11-30 22:00,99.9,A7\n",
        encoding="utf-8",
    )
    await lite.done("events", "import", str(file))
    ((amount, at),) = lite.rows("SELECT amount, at FROM event WHERE kind = 'order.paid'")
    assert (amount, at[:16]) == (9990, "2026-11-30 14:00")
