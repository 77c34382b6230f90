"""What a shop says of people, identities and times."""

from datetime import UTC, datetime

import pytest

from bot.domain.events import InboundEvent
from bot.web.events import cloud, segment
from bot.web.events.identities import identity_of
from bot.web.events.intake import Reading
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
