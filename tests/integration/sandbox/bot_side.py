# ruff: noqa: ANN401 - answers are JSON of any shape, and a test reads them at once
"""A stand-in for the bot: verifies, decrypts and answers callbacks as each test tells it to."""

import asyncio
import base64
import hashlib
import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

APP_ID, SECRET, TOKEN, AES_KEY = (
    "wx5823bf96d3bd56c7",
    "s3cr3t",
    "QDG6eK",
    "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
)
_CIPHER = Cipher(
    algorithms.AES(base64.b64decode(AES_KEY + "=")), modes.CBC(base64.b64decode(AES_KEY + "=")[:16])
)


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def decrypt(sealed: str) -> bytes:
    decryptor = _CIPHER.decryptor()
    padded = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    (length,) = struct.unpack(">I", padded[16:20])
    return padded[20 : 20 + length]


def encrypt(message: str, app_id: str = APP_ID) -> str:
    body = message.encode()
    raw = os.urandom(16) + struct.pack(">I", len(body)) + body + app_id.encode()
    pad = 32 - len(raw) % 32
    encryptor = _CIPHER.encryptor()
    return base64.b64encode(encryptor.update(raw + bytes([pad]) * pad) + encryptor.finalize()).decode()


def envelope(message: str, *, app_id: str = APP_ID, token: str = TOKEN) -> bytes:
    sealed = encrypt(message, app_id)
    signature = sha1(token, "1796090400", "n0nce", sealed)
    return (
        f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature>{signature}</MsgSignature>"
        "<TimeStamp>1796090400</TimeStamp><Nonce>n0nce</Nonce></xml>"
    ).encode()


def reply_xml(
    heard: dict[str, str], kind: str = "text", inner: str = "<Content>你好</Content>", **change: str
) -> str:
    """A reply to ``heard``; ``change`` overrides header fields."""
    header = {
        "ToUserName": heard["FromUserName"],
        "FromUserName": heard["ToUserName"],
        "CreateTime": "1796090400",
        "MsgType": kind,
    } | change
    return "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in header.items()) + inner + "</xml>"


@dataclass
class Bot:
    """What arrived (decrypted fields, and the query of each delivery), and how to answer."""

    url: str = ""
    heard: list[dict[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)
    answer: Callable[[dict[str, str]], Awaitable[web.Response]] | None = None
    echo: Callable[[str], str] = str

    async def handle(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        assert sha1(TOKEN, query["timestamp"], query["nonce"]) == query["signature"]
        if request.method == "GET":
            return web.Response(text=self.echo(query["echostr"]))
        root = ET.fromstring(await request.text())  # noqa: S314 - our own sandbox wrote it
        sealed = root.findtext("Encrypt") or ""
        assert sha1(TOKEN, query["timestamp"], query["nonce"], sealed) == query["msg_signature"]
        assert query["encrypt_type"] == "aes"
        fields = {child.tag: child.text or "" for child in ET.fromstring(decrypt(sealed))}  # noqa: S314 - same
        self.heard.append(fields)
        self.queries.append(query)
        self.sealed.append(sealed)
        return web.Response(text="success") if self.answer is None else await self.answer(fields)

    def say(self, make: Callable[[dict[str, str]], bytes]) -> None:
        """Answer every callback with the bytes ``make`` returns."""

        async def answer(fields: dict[str, str]) -> web.Response:
            return web.Response(body=make(fields))

        self.answer = answer


@asynccontextmanager
async def running_bot() -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application()
    app.router.add_route("*", "/callback/shop", bot.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/callback/shop"
        yield bot
    finally:
        await runner.cleanup()


class Stage:
    """A client of a running sandbox: control calls by name, API calls with the token filled in."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session
        self.token = ""

    async def post(self, name: str, /, **body: Any) -> Any:
        body = {("from" if key == "from_" else key): value for key, value in body.items()}
        async with self.session.post(f"/_sandbox/{name}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def get(self, name: str, /, **query: str) -> Any:
        async with self.session.get(f"/_sandbox/{name}", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def api(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """A call to the platform's API: POST with a body, GET without."""
        if not self.token:
            self.token = await self.fetch_token()
        params = {"access_token": self.token, **query}
        method = "GET" if body is None else "POST"
        async with self.session.request(method, path, params=params, json=body) as response:
            assert response.status == 200
            return await response.json()

    async def code(self, path: str, body: dict[str, Any] | None = None, **query: str) -> int:
        """The errcode of a call; 0 if the answer carries none."""
        answer = await self.api(path, body, **query)
        return int(answer.get("errcode", 0))

    async def fetch_token(self) -> str:
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        async with self.session.post("/cgi-bin/stable_token", json=body) as response:
            return str((await response.json())["access_token"])

    async def register(self, url: str = "", **more: Any) -> Any:
        return await self.post(
            "account",
            name="shop",
            kind="official_account",
            callback_url=url,
            app_id=APP_ID,
            secret=SECRET,
            token=TOKEN,
            encoding_aes_key=AES_KEY,
            **({"answer_within": 5.0, "retry_after": 0} | more),
        )

    async def openid(self, name: str) -> str:
        return str((await self.get("members", member=name))[0]["openid"])

    async def send_text(self, openid: str, text: str = "你好") -> int:
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return await self.code("/cgi-bin/message/custom/send", body)

    async def rules_broken(self) -> list[str]:
        return [row["rule"] for row in await self.get("violations")]


async def hang(_fields: dict[str, str]) -> web.Response:
    await asyncio.sleep(30)
    return web.Response(text="success")
