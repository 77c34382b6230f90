"""Who is not the platform stays outside: forged, glued, stale, downgraded, or meant for another account."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.channels._official.inbound import Inbound
from bot.channels._wechat.query import Gatekeeper
from bot.channels._wechat.seal import Seal
from bot.domain.channel import RawCallback
from bot.domain.errors import CallbackRejected
from tests.fakes import START
from tests.payloads.correspondent import SETTINGS, Correspondent, text_xml

PLATFORM = Correspondent()
INBOUND = Inbound(SETTINGS, lambda: "0123456789abcdef" * 2)
Query = dict[str, list[str]]


def with_query(change: Callable[[Query], object], plain: bytes | None = None) -> RawCallback:
    good = PLATFORM.post(plain or text_xml())
    query = {name: list(values) for name, values in good.query.items()}
    change(query)
    return RawCallback("POST", query, good.body)


def refused(request: RawCallback, inbound: Inbound = INBOUND) -> CallbackRejected:
    with pytest.raises(CallbackRejected) as caught:
        inbound.parse(request, START)
    return caught.value


def test_the_official_vectors_hold() -> None:
    # https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md
    gate = Gatekeeper("AAAAA")
    assert gate.sign("1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert gate.sign("1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_url_verification_echoes_exactly_what_was_asked() -> None:
    stamp = str(int(START.timestamp()))
    query = {
        "signature": [PLATFORM.sign(stamp, "42")],
        "timestamp": [stamp],
        "nonce": ["42"],
        "echostr": ["4375120948345356249"],
    }
    assert INBOUND.parse(RawCallback("GET", query, b""), START).echo == b"4375120948345356249"
    assert refused(RawCallback("GET", query | {"nonce": ["43"]}, b"")).status == 403
    assert refused(RawCallback("GET", query | {"echostr": ["<script>\x00"]}, b"")).status == 403


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "msg_signature", "encrypt_type"])
@pytest.mark.parametrize(
    "values",
    [[], [""], ["x", "x"], ["ａ１"], ["é" * 40], ["'" * 40], ["1" * 41], ["\x00"], ["0" * 10 + "\n"]],
    ids=["missing", "empty", "twice", "fullwidth", "accent", "quotes", "long", "nul", "newline"],
)
def test_a_field_of_another_shape_is_refused(name: str, values: list[str]) -> None:
    def change(query: Query) -> None:
        query[name] = values

    assert refused(with_query(change)).status == 403


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "msg_signature"])
def test_a_good_field_given_twice_is_refused(name: str) -> None:
    assert refused(with_query(lambda query: query[name].append(query[name][0]))).status == 403


@pytest.mark.parametrize("name", ["signature", "msg_signature"])
def test_no_neighbour_of_a_good_signature_is_accepted(name: str) -> None:
    good = PLATFORM.post(text_xml())
    true = good.query[name][0]
    for at in range(40):
        for digit in "0123456789abcdef":
            if digit != true[at]:
                forged = {**good.query, name: [true[:at] + digit + true[at + 1 :]]}
                assert refused(RawCallback("POST", forged, good.body)).status == 403
    assert refused(RawCallback("POST", {**good.query, name: [true.upper()]}, good.body)).status == 403


def test_ten_thousand_random_signatures_are_refused() -> None:
    chance, good = random.Random(1), PLATFORM.post(text_xml())
    for _ in range(10_000):
        forged = {**good.query, "msg_signature": [f"{chance.getrandbits(160):040x}"]}
        assert refused(RawCallback("POST", forged, good.body)).status == 403


def test_characters_cannot_move_between_the_signed_fields() -> None:
    stamp, nonce = str(int(START.timestamp())), "1234567890"
    for moved_stamp, moved_nonce in [(stamp + nonce, ""), (nonce, stamp), (stamp[:-1], stamp[-1] + nonce)]:

        def change(query: Query, stamp: str = moved_stamp, nonce: str = moved_nonce) -> None:
            query["timestamp"], query["nonce"] = [stamp], [nonce]

        assert refused(with_query(change)).status == 403


def test_ciphertext_cannot_move_into_the_nonce() -> None:
    chance = random.Random(2)
    for _ in range(200):
        sealed = PLATFORM.seal(text_xml(str(chance.random())))
        query = PLATFORM.query(sealed)
        query["nonce"] = [query["nonce"][0] + sealed[:64]]
        assert refused(RawCallback("POST", query, PLATFORM.envelope(sealed[64:]))).reason == "query_shape"


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
def test_a_stale_or_future_callback_is_refused(seconds: int) -> None:
    request = PLATFORM.post(text_xml(), START + timedelta(seconds=seconds))
    assert refused(request).reason == "stale"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_fresh_callback_is_heard(seconds: int) -> None:
    assert INBOUND.parse(PLATFORM.post(text_xml(), START + timedelta(seconds=seconds)), START).event


def test_plaintext_is_refused_even_with_a_good_signature() -> None:
    good = PLATFORM.post(text_xml())
    plain = {name: values for name, values in good.query.items() if "encrypt" not in name}
    assert refused(RawCallback("POST", plain, text_xml())).status == 403
    assert refused(RawCallback("POST", good.query, text_xml())).status == 403
    raw = {**good.query, "encrypt_type": ["raw"]}
    assert refused(RawCallback("POST", raw, text_xml())).status == 403


def test_in_compatible_mode_only_the_sealed_part_is_believed() -> None:
    sealed = PLATFORM.seal(text_xml("真"))
    envelope = text_xml("假").replace(
        b"</xml>", b"<Encrypt><![CDATA[" + sealed.encode() + b"]]></Encrypt></xml>"
    )
    callback = INBOUND.parse(RawCallback("POST", PLATFORM.query(sealed), envelope), START)
    assert callback.event is not None
    assert callback.event.text == "真"


def test_a_message_for_one_account_is_refused_by_another() -> None:
    other = Correspondent(app_id="wx0000000000000000")
    assert refused(other.post(text_xml())).status == 403
    longer = Correspondent(app_id=SETTINGS.app_id + "x")
    shorter = Correspondent(app_id=SETTINGS.app_id[:-1])
    assert refused(longer.post(text_xml())).status == refused(shorter.post(text_xml())).status == 403


def _after_the_signature() -> list[str]:
    """Nine ciphertexts with a good signature and something wrong inside."""
    padded = PLATFORM.padded(text_xml())
    good = PLATFORM.encrypt(padded)
    wrong_pad = padded[:-2] + b"\x01\x20"
    return [
        good[:-4] + "!!!!",
        good[:40],
        good[:-24] + "==",
        PLATFORM.encrypt(padded[:-1] + b"\x00"),
        PLATFORM.encrypt(padded[:-1] + b"\x21"),
        PLATFORM.encrypt(wrong_pad),
        PLATFORM.encrypt(padded[:16] + b"\xff\xff\xff\xff" + padded[20:]),
        PLATFORM.encrypt(b"\x20" * 32),
        Correspondent(app_id="wx0000000000000000").seal(text_xml()),
    ]


@pytest.mark.parametrize("number", range(9))
def test_nothing_tells_apart_what_is_wrong_inside_a_signed_ciphertext(number: int) -> None:
    sealed = _after_the_signature()[number]
    error = refused(RawCallback("POST", PLATFORM.query(sealed), PLATFORM.envelope(sealed)))
    assert (type(error), error.status, str(error)) == (CallbackRejected, 403, "not_authentic")


def test_a_padding_that_bare_code_would_accept_is_refused() -> None:
    # The sabotage twin: trusting the last byte alone lets the same ciphertext in.
    padded = PLATFORM.padded(text_xml())
    pad = padded[-1]
    assert pad > 1
    bent = padded[:-pad] + b"\x00" * (pad - 1) + bytes([pad])
    sealed = PLATFORM.encrypt(bent)
    assert PLATFORM.open(sealed) == text_xml()
    assert refused(RawCallback("POST", PLATFORM.query(sealed), PLATFORM.envelope(sealed))).status == 403


def test_an_account_without_secrets_does_not_start() -> None:
    with pytest.raises(ValueError, match="token"):
        Gatekeeper("")
    with pytest.raises(ValueError, match="app id"):
        Seal(SETTINGS.encoding_aes_key, "")
    for key in ("", "x" * 43 + "x", "é" * 43, SETTINGS.encoding_aes_key[:-1], "!" * 43):
        with pytest.raises(ValueError, match="AES key"):
            Seal(key, "wx")
