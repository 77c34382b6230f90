"""WeChat Pay's signatures: what fits is let in, everything else is forged."""

import asyncio
import base64
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from bot.domain.clock import SystemClock
from bot.domain.payments import CashWish
from bot.paying.signing import Forged, Signing
from bot.paying.wechat_pay import WechatPay
from bot.sandbox.sides.payment_seal import Keys
from tests.paying import MERCHANT, PUBLIC_KEY_ID, V3_KEY, key, private, public, settings

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = b'{"coupon_id":"9867041"}'
SIGNING = Signing(settings())
PLATFORM = Keys(
    {
        "merchant_key": public("merchant"), "platform_key": private("platform"),
        "public_key_id": PUBLIC_KEY_ID, "api_v3_key": V3_KEY,
    }
)  # fmt: skip


def test_a_request_is_signed_line_by_line() -> None:
    header = SIGNING.authorization("POST", "/v3/x?y=1", '{"a":1}', "NONCE", NOW)
    fields = PLATFORM.fields(header)
    assert (fields["mchid"], fields["serial_no"]) == (MERCHANT["mch_id"], MERCHANT["serial"])
    signed = f"POST\n/v3/x?y=1\n{AT}\nNONCE\n" + '{"a":1}\n'
    key("merchant").public_key().verify(
        base64.b64decode(fields["signature"]), signed.encode(), PKCS1v15(), SHA256()
    )
    assert PLATFORM.signed(fields, "POST", "/v3/x?y=1", b'{"a":1}')
    assert not PLATFORM.signed(fields, "POST", "/v3/x?y=1", b'{"a":2}')


def test_an_answer_that_the_platform_signed_is_let_in() -> None:
    within = NOW + timedelta(minutes=4)
    SIGNING.verify(PLATFORM.headers(BODY, AT, "n"), BODY, within)
    with pytest.raises(Forged):
        SIGNING.verify(PLATFORM.headers(BODY, AT, "n"), BODY, within + timedelta(minutes=2))


HEADERS = PLATFORM.headers(BODY, AT, "n")
FORGERIES: dict[str, tuple[dict[str, str], bytes, datetime]] = {
    "another body": (HEADERS, BODY + b" ", NOW),
    "another nonce": ({**HEADERS, "Wechatpay-Nonce": "m"}, BODY, NOW),
    "another time": ({**HEADERS, "Wechatpay-Timestamp": str(AT + 1)}, BODY, NOW),
    "another key": ({**HEADERS, "Wechatpay-Serial": "PUB_KEY_ID_1"}, BODY, NOW),
    "a probe": ({**HEADERS, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/abc"}, BODY, NOW),
    "no signature": ({**HEADERS, "Wechatpay-Signature": ""}, BODY, NOW),
    "no base64": ({**HEADERS, "Wechatpay-Signature": "%%%"}, BODY, NOW),
    "no time": ({**HEADERS, "Wechatpay-Timestamp": "soon"}, BODY, NOW),
    "digits of another script": ({**HEADERS, "Wechatpay-Timestamp": "١٢٣"}, BODY, NOW),
    "a time beyond all": ({**HEADERS, "Wechatpay-Timestamp": "9" * 400}, BODY, NOW),
    "too old": (HEADERS, BODY, NOW + timedelta(minutes=6)),
    "from the future": (HEADERS, BODY, NOW - timedelta(minutes=6)),
    "nothing": ({}, BODY, NOW),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_everything_else_is_forged(forgery: str) -> None:
    headers, body, now = FORGERIES[forgery]
    with pytest.raises(Forged):
        SIGNING.verify(headers, body, now)


def test_a_sealed_resource_opens_and_no_other() -> None:
    resource = PLATFORM.sealed(json.dumps({"coupon_id": "1"}).encode(), "abcdefghijkl", "coupon")
    assert SIGNING.opened(resource) == {"coupon_id": "1"}
    for changed in ({"nonce": "abcdefghijkm"}, {"associated_data": "x"}, {"ciphertext": "AAAA"}):
        with pytest.raises(Forged):
            SIGNING.opened({**resource, **changed})
    for missing in ("nonce", "ciphertext"):
        with pytest.raises(Forged):
            SIGNING.opened({name: value for name, value in resource.items() if name != missing})
    with pytest.raises(Forged):
        SIGNING.opened(PLATFORM.sealed(b"[1]", "abcdefghijkl", "coupon"))


async def test_an_answer_that_comes_in_pieces_is_read_whole() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        at = int(time.time())
        response = web.StreamResponse(headers=PLATFORM.headers(BODY, at, "n"))
        response.content_length = len(BODY)
        await response.prepare(request)
        for piece in (BODY[:5], BODY[5:]):
            await response.write(piece)
            await asyncio.sleep(0.05)
        return response

    app = web.Application()
    app.router.add_post("/v3/{path:.*}", answer)
    async with TestServer(app) as server, ClientSession() as session:
        ours = settings(str(server.make_url("")).rstrip("/"))
        house = WechatPay(ours, session, SystemClock(), lambda: "N" * 32)
        assert await house.grant(CashWish("o1", "1", "CODE")) == "9867041"
