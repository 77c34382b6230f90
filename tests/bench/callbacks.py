"""Encrypted callbacks as raw HTTP requests, made before the clock starts."""

import time
from urllib.parse import urlencode

from bot.sandbox.crypto import Seal, sign
from tests.whole import AES_KEY, APP_ID, ENVIRONMENT

WORDS = (
    "你好",
    "营业时间",
    "面膜怎么卖",
    "宝宝的奶粉到了吗",
    "今天有什么活动吗",
    "谢谢",
    "在吗",
    "我想问一下快递",
)


def follow(index: int) -> bytes:
    """Return the callback of a member who starts to follow."""
    return request(
        index,
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[]]></EventKey>",
    )


def message(index: int, member: int) -> bytes:
    """Return the callback of a member's text message; `index` makes its id."""
    words = WORDS[index % len(WORDS)]
    return request(
        member,
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content>"
        f"<MsgId>{10_000_000_000 + index}</MsgId>",
        nonce=f"n{index}",
    )


def address(member: int) -> str:
    """Return the platform address of a member."""
    return f"oBench{member:022d}"


def request(member: int, fields: str, nonce: str = "n0", path: str = "/callback/shop") -> bytes:
    """Return one whole HTTP request with an encrypted body."""
    now = str(int(time.time()))
    inner = (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName>"
        f"<FromUserName><![CDATA[{address(member)}]]></FromUserName><CreateTime>{now}</CreateTime>{fields}</xml>"
    )
    sealed = Seal(AES_KEY, APP_ID).close(inner.encode(), f"{member:016d}".encode()[-16:])
    token = ENVIRONMENT["SHOP_TOKEN"]
    query = urlencode(
        {
            "signature": sign(token, now, nonce),
            "timestamp": now,
            "nonce": nonce,
            "openid": address(member),
            "encrypt_type": "aes",
            "msg_signature": sign(token, now, nonce, sealed),
        }
    )
    body = f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    head = [
        f"POST {path}?{query} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: text/xml",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()
