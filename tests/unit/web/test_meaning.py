"""What a shop's words become: kinds, money, properties, traits, identities."""

from datetime import UTC, datetime

import pytest

from bot.domain.events import InboundEvent
from bot.web.events import segment
from bot.web.events.intake import Reading
from bot.web.events.money import amount_of, minor
from bot.web.events.naming import kind_of_name, kind_of_type
from bot.web.events.properties import properties_of
from bot.web.problems import Refused

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
READING = Reading(frozenset({"shop"}), "msg_1", NOW)


def track(**fields: object) -> InboundEvent:
    call = {"userId": "shop:o1", "event": "Signed Up", "messageId": "m", **fields}
    event = segment.event_of(call, "track", READING)
    assert isinstance(event, InboundEvent), event
    return event


def refusal(value: object, call: str = "track") -> list[tuple[str, str]]:
    found = segment.event_of(value, call, READING)
    assert isinstance(found, list)
    return [(fault.code, fault.path) for fault in found]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Order Completed", "order.paid"),
        ("order completed", "order.paid"),
        ("OrderCompleted", "order.paid"),
        ("Order Refunded", "order.refunded"),
        ("Order Cancelled", "order.cancelled"),
        ("Order Canceled", "order.cancelled"),
        ("Product Viewed", "product.viewed"),
        ("Product Added", "product.added"),
        ("Coupon Redeemed", "coupon.redeemed"),
        ("Complaint Opened", "complaint.opened"),
        ("Signed Up", "custom.signed_up"),
        ("member.followed", "custom.member_followed"),
        ("coupon.issued", "custom.coupon_issued"),
        ("ABTestSeen", "custom.ab_test_seen"),
        ("积分 Earned", "custom.u79ef_u5206_earned"),
    ],
)
def test_names_become_our_kinds_and_no_shop_speaks_for_the_platform(name: str, kind: str) -> None:
    assert kind_of_name(name, "event") == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("com.shop.order.paid", "order.paid"),
        ("cn.hetang.order.completed", "order.paid"),
        ("order.paid", "order.paid"),
        ("com.shop.signup", "custom.signup"),
        ("custom.signed_up", "custom.signed_up"),
    ],
)
def test_types_of_cloudevents_lose_their_domain(name: str, kind: str) -> None:
    assert kind_of_type(name, "type") == kind


def test_money_is_the_total_in_minor_units() -> None:
    assert track(event="Order Completed", properties={"total": 128.5, "revenue": 100}).amount == 12850
    assert track(event="Order Completed", properties={"revenue": "19.99"}).amount == 1999
    assert track(event="Order Completed", properties={"value": 0.29}).amount == 29
    assert track(event="Order Refunded", properties={"total": -30}).amount == 3000
    assert track(event="Order Refunded").amount == 0
    assert track(event="Product Viewed", properties={"price": 60}).amount == 0
    goods = [{"price": 60, "quantity": 2}, {"price": "8.8"}]
    assert track(event="Order Completed", properties={"products": goods}).amount == 12880


@pytest.mark.parametrize(
    ("properties", "code", "path"),
    [
        ({}, "no_amount", "properties.total"),
        ({"total": -1}, "bad_amount", "properties.total"),
        ({"total": True}, "bad_amount", "properties.total"),
        ({"total": "1e99"}, "bad_amount", "properties.total"),
        ({"total": "NaN"}, "bad_amount", "properties.total"),
        ({"total": "¥5"}, "bad_amount", "properties.total"),
        ({"total": [5]}, "bad_amount", "properties.total"),
        ({"total": 5, "currency": "USD"}, "bad_currency", "properties.currency"),
        ({"products": [{"price": 1, "quantity": -1}]}, "bad_quantity", "properties.products[0].quantity"),
        ({"products": [{"quantity": 1}]}, "bad_amount", "properties.products[0].price"),
        ({"products": [1]}, "no_amount", "properties.total"),
    ],
)
def test_an_order_whose_worth_is_unclear_is_refused(
    properties: dict[str, object], code: str, path: str
) -> None:
    with pytest.raises(Refused) as refused:
        amount_of("order.paid", properties, "properties")
    assert (refused.value.faults[0].code, refused.value.faults[0].path) == (code, path)


@pytest.mark.parametrize("value", [19.99, 0.1 + 0.2, 1.005, 99999999.99, "0.005"])
def test_minor_units_never_drift(value: float | str) -> None:
    assert abs(minor(value, "") - float(value) * 100) <= 0.5 + 1e-6


def test_properties_lie_flat_and_products_keep_what_rules_ask() -> None:
    flat = properties_of(
        {
            "order_id": 77,
            "coupon": "BACK15",
            "shipping": {"city": "杭州", "zip": "310000"},
            "tags": ["a", "b"],
            "products": [
                {"product_id": "p1", "name": "茶", "category": "饮", "quantity": 2},
                {"product_id": "p2", "name": "碗", "category": "饮"},
            ],
        },
        "properties",
    )
    assert flat == {
        "order_id": "77",
        "coupon": "BACK15",
        "coupon_code": "BACK15",
        "shipping_city": "杭州",
        "shipping_zip": "310000",
        "tags": "a,b",
        "product_ids": "p1,p2",
        "product_names": "茶,碗",
        "product_categories": "饮",
        "product_count": 3,
    }


@pytest.mark.parametrize(
    "properties",
    [
        {f"p{n}": 1 for n in range(129)},
        {"a" * 65: 1},
        {"": 1},
        {"a\n": 1},
        {"a": "x" * 8193},
        {"products": 1},
    ],
)
def test_properties_are_bounded(properties: dict[str, object]) -> None:
    with pytest.raises(Refused):
        properties_of(properties, "properties")
