"""Business events over real HTTP, on both databases."""

from __future__ import annotations

import asyncio
import base64

import pytest
from sqlalchemy import text

from bot.domain.errors import StorageUnavailable
from storage.database import Database
from tests.integration.web.shop import Shop

ORDER = {
    "messageId": "order-1",
    "userId": "phone:+8613812345678",
    "event": "Order Completed",
    "properties": {"order_id": "A1", "total": 128.5, "currency": "CNY"},
}


async def test_an_order_counts_once_however_often_it_comes(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.send("/v1/track", ORDER) for _ in range(20)))
    assert {answer.status for answer in answers} == {202}
    assert answers[0].body == {"accepted": 1}
    assert await shop.events("order.paid") == [(1, 12850)]
    tally = "SELECT count, amount FROM tally WHERE kind = 'order.paid'"
    assert await shop.whole.rows(tally) == [(1, 12850)]


async def test_without_a_message_id_the_delivery_itself_counts_once(shop: Shop) -> None:
    order = {key: value for key, value in ORDER.items() if key != "messageId"}
    for name in ("msg_a", "msg_a", "msg_b"):
        assert (await shop.send("/v1/track", order, name)).status == 202
    assert len(await shop.events("order.paid")) == 2


async def test_identify_and_alias_make_one_member_of_three_names(shop: Shop) -> None:
    await shop.whole.act("follow", "小明")
    (openid,) = (await shop.whole.rows("SELECT known_as FROM identity WHERE account = 'shop'"))[0]
    await shop.send("/v1/track", ORDER)
    traits = {"name": "小明", "phone": "138 1234 5678", "birthday": "1990-12-01", "address": {"city": "杭州"}}
    assert (await shop.send("/v1/identify", {"userId": openid, "traits": traits})).status == 202
    assert (await shop.send("/v1/alias", {"userId": openid, "previousId": "unionid:u1"})).status == 202
    assert (await shop.send("/v1/alias", {"userId": openid, "previousId": "unionid:u1"})).status == 202
    living = "SELECT name, birthday FROM member WHERE merged_into IS NULL"
    assert await shop.whole.rows(living) == [("小明", "12-01")]
    whose = await shop.whole.rows("SELECT DISTINCT member_id FROM identity")
    assert len(whose) == 1
    assert [amount for _, amount in await shop.events("order.paid")] == [12850]
    stored = str(await shop.whole.rows("SELECT * FROM identity")) + str(
        await shop.whole.rows("SELECT * FROM event")
    )
    assert "13812345678" not in stored
    assert "1990" not in str(await shop.whole.rows("SELECT name, birthday, attributes FROM member"))


async def test_a_batch_keeps_the_good_and_names_the_bad(shop: Shop) -> None:
    answer = await shop.send(
        "/v1/batch",
        {
            "batch": [
                {"type": "track", **ORDER},
                {"type": "track", "userId": "nobody", "event": "x"},
                {"type": "page", "userId": "shop:o1"},
                7,
                {"type": "track", "messageId": "v", "userId": "shop:o1", "event": "Product Viewed"},
                {"type": "track", "userId": "member:m99", "event": "x"},
                {"type": "track", "userId": "shop:o1", "event": "x", "properties": {"n": 2**70}},
            ]
        },
    )
    assert answer.status == 202
    assert answer.body["accepted"] == 2
    refused = {one["index"]: one["errors"][0] for one in answer.body["rejected"]}
    assert {index: (error["code"], error["path"]) for index, error in refused.items()} == {
        1: ("bad_identity", "batch[1].userId"),
        2: ("bad_type", "batch[2].type"),
        3: ("bad_type", "batch[3].type"),
        5: ("no_such_member", "batch[5].userId"),
        6: ("number_too_large", "batch[6].properties.n"),
    }
    assert all(error["detail"] for error in refused.values())
    assert len(await shop.events("order.paid")) == len(await shop.events("product.viewed")) == 1


async def test_a_batch_of_five_hundred_is_stored_and_one_more_is_too_many(shop: Shop) -> None:
    call = {"type": "track", "userId": "shop:o1", "event": "Points Earned"}
    many = [{**call, "messageId": f"p{number}"} for number in range(501)]
    assert (await shop.send("/v1/batch", {"batch": many})).status == 413
    assert await shop.events("custom.points_earned") == []
    assert (await shop.send("/v1/batch", {"batch": many[:500]})).body == {"accepted": 500}
    assert len(await shop.events("custom.points_earned")) == 500
    assert (await shop.send("/v1/batch", {"batch": many[:500]})).body == {"accepted": 500}
    assert len(await shop.events("custom.points_earned")) == 500


async def test_a_batch_in_which_nothing_is_good_is_refused(shop: Shop) -> None:
    answer = await shop.send("/v1/batch", {"batch": [{"type": "track"}, 7]})
    assert (answer.status, answer.media) == (422, "application/problem+json")
    assert {error["path"] for error in answer.body["errors"]} >= {"batch[0].event", "batch[1].type"}


async def test_only_the_signed_bytes_count_and_every_refusal_looks_alike(shop: Shop) -> None:
    body = b'{"userId": "shop:o1", "event": "x"}'
    good = shop.headers(body)
    other = "whsec_" + base64.b64encode(b"?" * 24).decode()
    stale = {**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) - 301)}
    tries = [
        {key: value for key, value in good.items() if not key.startswith("webhook-")},
        shop.headers(body, secret=other),
        shop.headers(body + b" "),
        stale,
        {**good, "webhook-id": "msg_else"},
    ]
    answers = [await shop.send_raw("/v1/track", body, headers) for headers in tries]
    assert {(answer.status, answer.media) for answer in answers} == {(401, "application/problem+json")}
    assert len({str(answer.body) for answer in answers}) == 1
    assert await shop.whole.rows("SELECT count(*) FROM inbox") == [(0,)]


async def test_the_window_is_measured_on_our_clock_not_on_the_walls(shop: Shop) -> None:
    body = b'{"userId": "shop:o1", "event": "x"}'
    headers = shop.headers(body)
    await shop.whole.advance("6m")
    assert (await shop.send_raw("/v1/track", body, headers)).status == 401
    assert (await shop.send("/v1/track", body)).status == 202


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        ("/v1/track", b"{}" + b" " * 65_536, {}, 413, "too_large"),
        ("/v1/batch", b"{}" + b" " * 524_288, {}, 413, "too_large"),
        ("/v1/track", b"{}", {"Content-Type": "text/plain"}, 415, "media_type"),
        ("/v1/track", b"{}", {"Content-Type": "application/json; charset=gbk"}, 415, "media_type"),
        ("/v1/track", b"{}", {"Content-Encoding": "gzip"}, None, "content_encoding"),
        ("/v1/events", b"{}", {}, 415, "unknown_mode"),
        ("/v1/track", b"", {}, 400, "not_json"),
        ("/v1/track", b"[]", {}, 400, "not_an_object"),
        ("/v1/track", b'{"a": NaN}', {}, 400, "not_finite"),
        ("/v1/track", b'{"a": 1, "a": 1}', {}, 400, "name_twice"),
        ("/v1/track", b"[" * 60_000, {}, 400, "too_deep"),
        ("/v1/track", b'{"a": "\\u0000"}', {}, 400, "nul_character"),
        ("/v1/track", b'{"a": "\\ud800"}', {}, 400, "half_character"),
        ("/v1/track", b'{"userId": "shop:o1"}', {}, 422, "missing"),
        ("/v1/batch", b'{"batch": []}', {}, 422, "bad_batch"),
        ("/v1/batch", b"{}", {}, 422, "bad_batch"),
    ],
)
async def test_what_is_wrong_is_said_with_a_code_and_what_to_do(
    small_shop: Shop, path: str, body: bytes, headers: dict[str, str], status: int | None, code: str
) -> None:
    answer = await small_shop.send(path, body, **headers)
    # aiohttp's parser may refuse a body that is not what its Content-Encoding says before we see it.
    if status is None:
        assert answer.status in {400, 415}
        return
    assert (answer.status, answer.media) == (status, "application/problem+json")
    assert answer.body["code"] == code
    assert answer.body["status"] == status
    assert answer.body["detail"]


async def test_what_is_not_stored_is_not_acknowledged(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_self: object, _work: object) -> None:
        raise StorageUnavailable("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "write", gone)
        answer = await small_shop.send("/v1/track", ORDER)
        assert (answer.status, answer.media) == (503, "application/problem+json")
        assert answer.body["code"] == "not_stored"
    assert (await small_shop.send("/v1/track", ORDER)).status == 202
    assert await small_shop.events("order.paid") == [(1, 12850)]


async def test_an_order_moves_the_member_and_a_complaint_reaches_its_rule(shop: Shop) -> None:
    await shop.send("/v1/track", ORDER)
    stages = await shop.whole.rows("SELECT properties FROM event WHERE kind = 'stage.changed'")
    assert stages
    await shop.send("/v1/track", {**ORDER, "messageId": "c", "event": "Complaint Opened"})
    assert len(await shop.events("complaint.opened")) == 1


async def test_old_orders_keep_their_time_and_those_to_come_are_now(shop: Shop) -> None:
    await shop.send("/v1/track", {**ORDER, "timestamp": "2020-02-29T12:00:00+08:00"})
    await shop.send("/v1/track", {**ORDER, "messageId": "2", "timestamp": "2030-01-01T00:00:00Z"})

    def times(c: object) -> list[str]:
        rows = c.execute(text("SELECT at FROM event WHERE kind = 'order.paid' ORDER BY at"))  # type: ignore[attr-defined]  # it is a connection
        return [str(row[0])[:10] for row in rows]

    assert await shop.whole.read(times) == ["2020-02-29", "2026-12-01"]
