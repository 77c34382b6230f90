"""The platform's side of a callback, written from its documentation and not from our code."""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.domain.account import AccountSettings
from bot.domain.channel import RawCallback
from tests.fakes import START

FOLDER = Path(__file__).parent / "official_account"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SETTINGS = AccountSettings(
    name="shop",
    kind="official_account",
    app_id="wx5823bf96d3bd56c7",
    app_secret="s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3",
    token="QDG6eKtoken",
    encoding_aes_key=AES_KEY,
)
MEMBER = "oABCDEFGHIJKLMNOPQRSTUVWXYZ0"
ACCOUNT = "gh_abcdef012345"
NONCE = "1234567890"
RANDOM16 = b"0123456789abcdef"


def cases() -> list[str]:
    """The names of all recorded callbacks."""
    return sorted(path.stem for path in FOLDER.glob("*.xml"))


def recorded(case: str) -> bytes:
    """The plaintext of one recorded callback."""
    return (FOLDER / f"{case}.xml").read_bytes()


def message_xml(inner: str, kind: str = "text", seconds: int = int(START.timestamp())) -> bytes:
    """A message with the usual header around `inner`."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
        f"<FromUserName><![CDATA[{MEMBER}]]></FromUserName><CreateTime>{seconds}</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
    ).encode()


def text_xml(text: str = "你好", message_id: str = "24000000000000001") -> bytes:
    return message_xml(f"<Content><![CDATA[{text}]]></Content><MsgId>{message_id}</MsgId>")


@dataclass(frozen=True)
class Correspondent:
    """Seals what it sends to one account and opens what comes back."""

    token: str = SETTINGS.token
    aes_key: str = AES_KEY
    app_id: str = SETTINGS.app_id

    @cached_property
    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def sign(self, *parts: str) -> str:
        glued = "".join(sorted([self.token, *parts]))
        return hashlib.sha1(glued.encode(), usedforsecurity=False).hexdigest()

    def padded(self, plain: bytes) -> bytes:
        body = RANDOM16 + struct.pack(">I", len(plain)) + plain + self.app_id.encode()
        pad = 32 - len(body) % 32
        return body + bytes([pad]) * pad

    def encrypt(self, padded: bytes) -> str:
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def seal(self, plain: bytes) -> str:
        return self.encrypt(self.padded(plain))

    def open(self, sealed: str) -> bytes:
        decryptor = self._cipher.decryptor()
        padded = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
        body = padded[: -padded[-1]]
        (length,) = struct.unpack(">I", body[16:20])
        assert body[20 + length :] == self.app_id.encode()
        return body[20 : 20 + length]

    def query(self, sealed: str, now: datetime = START, nonce: str = NONCE) -> dict[str, list[str]]:
        stamp = str(int(now.timestamp()))
        return {
            "signature": [self.sign(stamp, nonce)],
            "timestamp": [stamp],
            "nonce": [nonce],
            "openid": [MEMBER],
            "encrypt_type": ["aes"],
            "msg_signature": [self.sign(stamp, nonce, sealed)],
        }

    def envelope(self, sealed: str) -> bytes:
        return (
            f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
            f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        ).encode()

    def post_sealed(self, sealed: str, now: datetime = START) -> RawCallback:
        return RawCallback("POST", self.query(sealed, now), self.envelope(sealed), "text/xml")

    def post(self, plain: bytes, now: datetime = START) -> RawCallback:
        """A callback exactly as the platform sends it."""
        return self.post_sealed(self.seal(plain), now)
