"""Who signed a business event, and when."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from bot.web.events.signature import keys_of, signature, signed_id

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
NEW = "whsec_" + base64.b64encode(b"n" * 24).decode()
BODY = '{"userId":"shop:o1","event":"积分到账"}'.encode()


def signed(secret: str, body: bytes = BODY, name: str = "msg_1", at: datetime = NOW) -> dict[str, str]:
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, at, body.decode()),
    }


def test_what_the_senders_library_signs_is_authentic() -> None:
    assert signed_id(signed(NEW), BODY, keys_of([NEW]), NOW) == "msg_1"


def test_what_we_sign_the_senders_library_verifies() -> None:
    now = datetime.now(UTC)
    seconds = str(int(now.timestamp()))
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": seconds,
        "webhook-signature": signature(keys_of([NEW])[0], "m", seconds, BODY),
    }
    assert Webhook(NEW).verify(BODY, headers)["event"] == "积分到账"


def test_both_secrets_hold_during_rotation_and_no_third_one() -> None:
    keys = keys_of([OLD, NEW])
    assert signed_id(signed(OLD), BODY, keys, NOW)
    assert signed_id(signed(NEW), BODY, keys, NOW)
    assert signed_id(signed("whsec_" + base64.b64encode(b"x" * 24).decode()), BODY, keys, NOW) is None
    assert signed_id(signed(OLD), BODY, keys_of([NEW]), NOW) is None


def test_a_sender_may_sign_with_both_secrets_at_once() -> None:
    headers = signed(OLD)
    headers["webhook-signature"] += " " + signed(NEW)["webhook-signature"]
    assert signed_id(headers, BODY, keys_of([NEW]), NOW)


@pytest.mark.parametrize("away", [-300, -299, 0, 299, 300])
def test_five_minutes_either_way_are_fresh(away: int) -> None:
    headers = signed(NEW, at=NOW + timedelta(seconds=away))
    assert signed_id(headers, BODY, keys_of([NEW]), NOW)


@pytest.mark.parametrize("away", [-301, 301, -86_400, 86_400])
def test_more_is_stale_or_from_the_future(away: int) -> None:
    headers = signed(NEW, at=NOW + timedelta(seconds=away))
    assert signed_id(headers, BODY, keys_of([NEW]), NOW) is None


def test_every_changed_byte_of_the_body_breaks_the_signature() -> None:
    headers = signed(NEW)
    for place in range(len(BODY)):
        changed = bytearray(BODY)
        changed[place] ^= 1
        assert signed_id(headers, bytes(changed), keys_of([NEW]), NOW) is None
    assert signed_id(headers, BODY + b"\n", keys_of([NEW]), NOW) is None


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", ["", " ", "é", "v1,", "1e3", "٣", "msg.1", "-1", "9" * 40, "v1", "v2,AAAA"])
def test_a_header_of_another_shape_is_refused(name: str, value: str) -> None:
    assert signed_id({**signed(NEW), name: value}, BODY, keys_of([NEW]), NOW) is None


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused(name: str) -> None:
    headers = signed(NEW)
    del headers[name]
    assert signed_id(headers, BODY, keys_of([NEW]), NOW) is None


def test_the_id_cannot_run_into_the_timestamp() -> None:
    headers = signed(NEW)
    glued = {**headers, "webhook-id": f"{headers['webhook-id']}.{headers['webhook-timestamp']}"}
    assert signed_id(glued, BODY, keys_of([NEW]), NOW) is None


def test_a_check_that_ignores_the_body_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.web.events import signature as module

    real = module.signature
    monkeypatch.setattr(module, "signature", lambda key, name, seconds, _body: real(key, name, seconds, BODY))
    assert module.signed_id(signed(NEW), BODY + b"forged", keys_of([NEW]), NOW) == "msg_1"
