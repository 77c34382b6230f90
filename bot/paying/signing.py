"""What WeChat Pay V3 signs and seals.

https://pay.weixin.qq.com/doc/v3/merchant/4012365342 : a request is signed over method, path, time, nonce
and body, an answer or a notification over time, nonce and body, each followed by a line feed, by RSA with
SHA-256 (PKCS#1 v1.5). Notifications are sealed by AES-256-GCM with the API v3 key.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot.domain.payments import PaymentSettings

SCHEME = "WECHATPAY2-SHA256-RSA2048"
# https://pay.weixin.qq.com/doc/v3/merchant/4012365334 : older ones are refused, as repeated ones might be.
FRESH = timedelta(minutes=5)
SECONDS = re.compile(r"[0-9]{1,12}")


class Forged(Exception):
    """Not signed by WeChat Pay, too old, or damaged."""


class Signing:
    """Signs as the merchant, and verifies and opens what WeChat Pay signed and sealed."""

    def __init__(self, settings: PaymentSettings) -> None:
        """Raise ValueError or TypeError for a key that is none."""
        self._settings = settings
        self._private = private_key(settings.private_key)
        self._public = public_key(settings.public_key)
        self._seal = AESGCM(settings.api_v3_key.encode())

    def authorization(self, method: str, path: str, body: str, nonce: str, now: datetime) -> str:
        """Return the header that signs a request; `path` has the query."""
        at = str(int(now.timestamp()))
        signed = "".join(f"{line}\n" for line in (method, path, at, nonce, body))
        signature = base64.b64encode(self._private.sign(signed.encode(), PKCS1v15(), SHA256())).decode()
        fields = {
            "mchid": self._settings.mch_id, "nonce_str": nonce, "signature": signature, "timestamp": at,
            "serial_no": self._settings.serial,
        }  # fmt: skip
        return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items())

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Raise Forged unless WeChat Pay signed this body lately, by the key we know."""
        at, nonce = headers.get("Wechatpay-Timestamp", ""), headers.get("Wechatpay-Nonce", "")
        if headers.get("Wechatpay-Serial") != self._settings.public_key_id:
            raise Forged("signed by another key")
        if not SECONDS.fullmatch(at) or abs(int(at) - now.timestamp()) > FRESH.total_seconds():
            raise Forged("not of now")
        try:
            signature = base64.b64decode(headers.get("Wechatpay-Signature", ""), validate=True)
            self._public.verify(signature, f"{at}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), SHA256())
        except (binascii.Error, ValueError, InvalidSignature) as error:
            raise Forged("the signature does not fit") from error

    def opened(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a notification's resource holds; raise Forged when it does not open."""
        try:
            sealed = base64.b64decode(str(resource["ciphertext"]), validate=True)
            about = str(resource.get("associated_data") or "").encode()
            found = json.loads(self._seal.decrypt(str(resource["nonce"]).encode(), sealed, about))
        except (KeyError, binascii.Error, ValueError, InvalidTag) as error:
            raise Forged("the resource does not open") from error
        if not isinstance(found, dict):
            raise Forged("the resource is no object")
        return found


def private_key(pem: str) -> RSAPrivateKey:
    """Return a merchant's key; ValueError or TypeError for anything else."""
    found = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    if not isinstance(found, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return found


def public_key(pem: str) -> RSAPublicKey:
    """Return WeChat Pay's key; ValueError or TypeError for anything else."""
    found = load_pem_public_key(pem.replace("\\n", "\n").encode())
    if not isinstance(found, RSAPublicKey):
        raise TypeError("not an RSA key")
    return found
