"""Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body``, checked against every configured secret.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
The window is measured on our own clock, so that it holds under a virtual one too.
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

WINDOW_S = 300
PREFIX = "whsec_"
VERSION = "v1"
MOST_SIGNATURES = 8
# A dot would let the id run into the timestamp behind it.
_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,256}")
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def keys_of(secrets: Iterable[str]) -> tuple[bytes, ...]:
    """Return the keys behind ``whsec_…`` secrets, read as leniently as senders' own libraries do."""
    return tuple(_key(secret) for secret in secrets)


def signed_id(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime) -> str | None:
    """Return the signed ``webhook-id`` of an authentic request, else None."""
    name = headers.get("webhook-id", "")
    seconds = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ", MOST_SIGNATURES)[:MOST_SIGNATURES]
    if _ID.fullmatch(name) is None or _SECONDS.fullmatch(seconds) is None:
        return None
    if abs(int(seconds) - now.timestamp()) > WINDOW_S:
        return None
    wanted = [signature(key, name, seconds, body).encode() for key in keys]
    # Every pair is compared, so that the time taken tells nothing about which secret fits.
    found = [
        hmac.compare_digest(one.encode("utf-8", "surrogateescape"), right)
        for one in given
        for right in wanted
    ]
    return name if any(found) else None


def signature(key: bytes, name: str, seconds: str, body: bytes) -> str:
    """Return ``v1,<base64>`` of a body as it is on the wire."""
    mac = hmac.new(key, f"{name}.{seconds}.".encode() + body, sha256)
    return f"{VERSION},{b64encode(mac.digest()).decode()}"


def _key(secret: str) -> bytes:
    text = secret.removeprefix(PREFIX)
    try:
        return b64decode(text + "==") or text.encode()
    except (NotBase64, ValueError):
        return text.encode()
