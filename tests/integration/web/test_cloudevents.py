"""CloudEvents over real HTTP, on both databases."""

from __future__ import annotations

from tests.integration.web.shop import Shop

CLOUD = {
    "specversion": "1.0",
    "id": "1",
    "source": "/shop",
    "type": "com.shop.order.paid",
    "subject": "shop:o1",
    "data": {"total": 50},
}
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "/shop",
    "ce-type": "com.shop.order.paid",
    "ce-subject": "shop:o1",
}


async def test_cloudevents_come_structured_binary_and_batched_and_count_once(shop: Shop) -> None:
    assert (await shop.send("/v1/events", CLOUD, **{"Content-Type": STRUCTURED})).status == 202
    assert (await shop.send("/v1/events", CLOUD["data"], **HEADERS)).status == 202
    batch = [CLOUD, {**CLOUD, "id": "2"}, {**CLOUD, "id": 3}]
    answer = await shop.send("/v1/events", batch, **{"Content-Type": BATCHED})
    assert answer.body["accepted"] == 2
    assert answer.body["rejected"][0]["errors"][0]["path"] == "[2].id"
    assert [amount for _, amount in await shop.events("order.paid")] == [5000, 5000]


async def test_a_signed_body_cannot_be_sent_again_as_another_event(shop: Shop) -> None:
    body = b'{"total": 50}'
    headers = {**shop.headers(body), **HEADERS}
    assert (await shop.send_raw("/v1/events", body, headers)).status == 202
    assert (await shop.send_raw("/v1/events", body, headers)).status == 202
    for name, value in (("ce-id", "2"), ("ce-subject", "shop:o2"), ("ce-type", "com.shop.complaint.opened")):
        assert (await shop.send_raw("/v1/events", body, {**headers, name: value})).status == 401
    order = b'{"userId": "shop:o1", "event": "x", "total": 9999}'
    signed = shop.headers(order)
    assert (await shop.send_raw("/v1/track", order, signed)).status == 202
    answer = await shop.send_raw("/v1/events", order, {**signed, **HEADERS, "ce-id": "3"})
    assert (answer.status, answer.body["code"]) == (422, "envelope_as_data")
    assert [amount for _, amount in await shop.events("order.paid")] == [5000]
