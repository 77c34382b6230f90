"""What a shop's words become: kinds, money, properties, traits, identities."""

from datetime import UTC, datetime

import pytest

from bot.domain.events import InboundEvent
from bot.web.events import cloud, segment
from bot.web.events.identities import identity_of
from bot.web.events.intake import Reading
from bot.web.events.money import amount_of, minor
from bot.web.events.naming import kind_of_name, kind_of_type
from bot.web.events.properties import properties_of
from bot.web.events.traits import traits_of
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


def test_traits_give_a_phone_as_identity_and_a_birthday_without_its_year() -> None:
    found = traits_of(
        {
            "firstName": "明",
            "lastName": "王",
            "phone": "138 1234 5678",
            "birthday": "1990-02-29T00:00:00Z",
            "timezone": "Asia/Urumqi",
            "address": {"city": "杭州", "street": "不需要"},
            "email": "a@b.cn",
            "plan": None,
        },
        "traits",
        {"shop"},
    )
    assert found.also_known_as == ["phone:+8613812345678"]
    assert found.values == {
        "name": "王明",
        "first_name": "明",
        "last_name": "王",
        "birthday": "02-29",
        "zone": "Asia/Urumqi",
        "city": "杭州",
        "email": "a@b.cn",
        "plan": None,
    }


@pytest.mark.parametrize(
    ("traits", "path"),
    [
        ({"birthday": "02-30"}, "traits.birthday"),
        ({"birthday": 19900101}, "traits.birthday"),
        ({"zone": "../../etc/passwd"}, "traits.zone"),
        ({"zone": "Mars/Base"}, "traits.zone"),
        ({"name": ""}, None),
        ({"name": "x" * 65}, "traits.name"),
        ({"name": 5}, "traits.name"),
        ({"phone": "12"}, "traits.phone"),
        ({"note": "x" * 513}, "traits.note"),
        ({f"t{n}": 1 for n in range(65)}, "traits"),
    ],
)
def test_a_trait_that_cannot_be_kept_is_named(traits: dict[str, object], path: str | None) -> None:
    found = segment.event_of({"userId": "shop:o1", "traits": traits}, "identify", READING)
    assert path is None or (isinstance(found, list) and [fault.path for fault in found] == [path])


@pytest.mark.parametrize(
    ("text", "known_as"),
    [
        ("shop:oABC", "shop:oABC"),
        (" unionid:u-1 ", "unionid:u-1"),
        ("phone:+86 138-1234-5678", "phone:+8613812345678"),
        ("phone:13812345678", "phone:+8613812345678"),
        ("member:m12", "member:m12"),
        ("member:M012", "member:m12"),
    ],
)
def test_an_identity_has_one_spelling(text: str, known_as: str) -> None:
    assert identity_of(text, "userId", {"shop"}) == known_as


@pytest.mark.parametrize(
    "text", ["", "o1", "crm:77", "shop:", "shop:a b", "member:12", "member:m", "phone:+", "shop:é", ":x"]
)
def test_anything_else_names_nobody(text: str) -> None:
    with pytest.raises(Refused):
        identity_of(text, "userId", {"shop"})


def test_a_time_to_come_is_now_and_an_old_one_stays() -> None:
    assert track(timestamp="2027-01-01T00:00:00Z").at == NOW
    assert track(timestamp="2019-05-01T08:00:00+08:00").at == datetime(2019, 5, 1, tzinfo=UTC)
    assert track().at == NOW
    for bad in (
        "the day before",
        "2026-12-01T10:00:00",
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59-14:00",
    ):
        assert refusal({"userId": "shop:o1", "event": "x", "timestamp": bad}) == [("bad_time", "timestamp")]


def test_strictness_lists_every_fault_at_once() -> None:
    found = refusal({"userId": 7, "properties": []})
    assert sorted(found) == [
        ("dict_type", "properties"),
        ("missing", "event"),
        ("string_type", "userId"),
    ]
    assert refusal({"event": "x", "anonymousId": "a"}) == [("no_identity", "userId")]
    assert refusal({"userId": "shop:o1"}, "alias") == [("missing", "previousId")]
    assert refusal({"userId": "shop:o1"}, "page") == [("bad_type", "type")]
    assert refusal(7) == [("model_type", "")]


def test_an_event_keeps_its_anonymous_id_and_its_own_name() -> None:
    event = track(anonymousId="a-1")
    assert event.properties == {"anonymous_id": "a-1"}
    assert event.platform_kind == "Signed Up"
    assert event.key == "webhook:m"


def test_sources_and_ids_cannot_be_mistaken_for_each_other() -> None:
    def key(source: str, name: str) -> str:
        event = cloud.event_of(
            {"specversion": "1.0", "id": name, "source": source, "type": "x", "subject": "shop:o1"}, READING
        )
        assert isinstance(event, InboundEvent)
        return event.key

    assert key("a|1|b", "c") != key("a", "1|b|c")
    assert key("a", "b|c") != key("a|b", "c")
    assert key("a", "b") == key("a", "b")
