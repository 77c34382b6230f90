"""Whatever a shop sends signed, it is accepted or told what is wrong; nothing fails behind the door."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.web.events import segment
from tests.integration.web.shop import Answer, Shop

EXPECTED = {202, 400, 413, 415, 422}
WORDS = st.sampled_from([
    "shop:o1", "member:m1", "phone:13812345678", "unionid:u", "Order Completed", "2026-12-01T10:00:00Z",
    "\0", "\ud800", "", "x" * 9000, "NaN", "１２", "\u202e", "a" * 300, "1e9", "CNY",
])  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=20)
    | WORDS
)
NAMES = st.text(max_size=5) | st.sampled_from([
    "total", "currency", "products", "price", "quantity", "coupon", "birthday", "phone", "zone", "name",
    "address", "city", "order_id", "unionid",
])  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda each: st.lists(each, max_size=4) | st.dictionaries(NAMES, each, max_size=5), max_leaves=12
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6)
FIELDS = {
    "type": st.sampled_from(["track", "identify", "alias", "page"]) | VALUES,
    "messageId": VALUES,
    "userId": WORDS | VALUES,
    "previousId": WORDS | VALUES,
    "event": WORDS | VALUES,
    "properties": OBJECTS | VALUES,
    "traits": OBJECTS | VALUES,
    "timestamp": WORDS | VALUES,
}
CALLS = st.fixed_dictionaries({}, optional=FIELDS)
CLOUDS = st.fixed_dictionaries(
    {"specversion": st.just("1.0"), "id": WORDS, "source": WORDS, "type": WORDS},
    optional={"subject": WORDS, "time": WORDS | VALUES, "data": OBJECTS | VALUES, "extension": VALUES},
)
REQUESTS = (
    st.tuples(st.sampled_from(["/v1/track", "/v1/identify", "/v1/alias"]), CALLS, st.just("application/json"))
    | st.tuples(
        st.just("/v1/batch"),
        st.fixed_dictionaries({"batch": st.lists(CALLS | VALUES, max_size=4)}),
        st.just("application/json"),
    )
    | st.tuples(st.just("/v1/events"), CLOUDS | VALUES, st.just("application/cloudevents+json"))
    | st.tuples(
        st.just("/v1/events"), st.lists(CLOUDS, max_size=3), st.just("application/cloudevents-batch+json")
    )
    | st.tuples(st.just("/v1/events"), OBJECTS, st.just("binary"))
)
MANY = settings(max_examples=250, suppress_health_check=list(HealthCheck))


async def send(shop: Shop, path: str, value: object, media: str) -> Answer:
    headers = {"Content-Type": media}
    if media == "binary":
        headers = {
            "ce-specversion": "1.0",
            "ce-id": "1",
            "ce-source": "/s",
            "ce-type": "x",
            "ce-subject": "shop:o1",
        }
    return await shop.send(path, json.dumps(value).encode(), **headers)


async def assert_proper(shop: Shop, answer: Answer) -> None:
    assert answer.status in EXPECTED, answer
    assert answer.status == 202 or answer.media == "application/problem+json"
    assert await shop.whole.rows("SELECT count(*) FROM quarantine") == [(0,)]


@MANY
@given(sent=REQUESTS)
async def test_no_signed_body_makes_anything_fail(small_shop: Shop, sent: tuple[str, Any, str]) -> None:
    await assert_proper(small_shop, await send(small_shop, *sent))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(sent=REQUESTS)
async def test_nor_does_it_on_both_databases(shop: Shop, sent: tuple[str, Any, str]) -> None:
    await assert_proper(shop, await send(shop, *sent))


async def test_no_mutation_of_the_bytes_makes_anything_fail(small_shop: Shop) -> None:
    rng = random.Random(20261201)
    good = json.dumps(
        {
            "userId": "shop:o1",
            "event": "Order Completed",
            "timestamp": "2026-12-01T10:00:00+08:00",
            "properties": {"total": 128.5, "products": [{"name": "茶", "price": 1}], "coupon": "A"},
        },
        ensure_ascii=False,
    ).encode()
    for _ in range(400):
        body = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(body))
            match rng.randrange(3):
                case 0:
                    body[place] = rng.randrange(256)
                case 1:
                    del body[place : place + rng.randint(1, 9)]
                case _:
                    body[place:place] = body[rng.randrange(len(body)) :][: rng.randint(1, 30)]
        headers = small_shop.headers(bytes(body))
        # The library signs text only, so what is no UTF-8 carries a signature of other bytes.
        answer = await small_shop.send_raw("/v1/track", bytes(body), headers)
        assert answer.status in EXPECTED | {401}, answer
    assert await small_shop.whole.rows("SELECT count(*) FROM quarantine") == [(0,)]


async def test_a_door_that_lets_unstorable_values_in_would_be_caught(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "unstorable", lambda _value: None)
    order = {"userId": "shop:o1", "event": "Points Earned", "properties": {"points": 2**64}}
    answer = await send(small_shop, "/v1/track", order, "application/json")
    with pytest.raises(AssertionError):
        await assert_proper(small_shop, answer)
