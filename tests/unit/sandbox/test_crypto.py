import pytest
from wechatpy.crypto import WeChatCrypto

from bot.sandbox.crypto import Seal, SealBrokenError, sign, signature_matches
from bot.sandbox.markup import read, write

# The platform's published example: Token AAAAA, a key of 43 A.
# https://developers.weixin.qq.com/doc/service/guide/dev/push/encryption.html
TOKEN, KEY, APP_ID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
PUSHED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
ANSWERED = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="


@pytest.mark.parametrize(
    ("parts", "signature"),
    [
        (("1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("1714112445", "415670741", PUSHED), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("1713424427", "415670741", ANSWERED), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
    ],
)
def test_signatures_are_those_the_platform_publishes(parts: tuple[str, ...], signature: str) -> None:
    assert sign(TOKEN, *parts) == signature
    assert signature_matches(signature, TOKEN, *parts)
    assert not signature_matches(signature[:-1] + "é", TOKEN, *parts)


def test_the_published_ciphertext_opens() -> None:
    assert Seal(KEY, APP_ID).open(PUSHED) == (
        b'{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY",'
        b'"CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
    )


def test_the_published_answer_comes_out_byte_for_byte() -> None:
    assert Seal(KEY, APP_ID).close(b'{"demo_resp":"good luck"}', b"707722b803182950") == ANSWERED


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 2000])
def test_an_independent_implementation_understands_us_and_we_it(length: int) -> None:
    seal, other = Seal(KEY, APP_ID), WeChatCrypto(TOKEN, KEY, APP_ID)
    words = ("荷" * length)[:length]
    body = write({"Content": words})
    sealed = seal.close(body.encode(), b"0123456789abcdef")
    opened = other.decrypt_message(write({"Encrypt": sealed}), sign(TOKEN, "1", "n", sealed), "1", "n")
    assert read(opened.encode()).value("Content") == words
    theirs = read(other.encrypt_message(body, "n", "1").encode()).value("Encrypt") or ""
    assert seal.open(theirs).decode() == body


def tampered(kind: str) -> str:
    seal = Seal(KEY, APP_ID)
    good = seal.close(b"x" * 40, b"0" * 16)
    return {
        "empty": "",
        "not base64": "!" + good[1:],
        "half a block": good[:-24],
        "flipped padding": good[:-4] + ("AAA=" if good[-4:] != "AAA=" else "BBB="),
        "another app": Seal(KEY, "wxother").close(b"x", b"0" * 16),
        "another key": Seal("B" * 43, APP_ID).close(b"x" * 90, b"0" * 16),
    }[kind]


@pytest.mark.parametrize(
    "kind", ["empty", "not base64", "half a block", "flipped padding", "another app", "another key"]
)
def test_a_broken_ciphertext_is_refused(kind: str) -> None:
    with pytest.raises(SealBrokenError):
        Seal(KEY, APP_ID).open(tampered(kind))


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "?" * 43])
def test_a_key_of_the_wrong_shape_is_refused(key: str) -> None:
    with pytest.raises(SealBrokenError):
        Seal(key, APP_ID)
