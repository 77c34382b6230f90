"""The signed query of a callback, held to strict shapes.

The platform signs fields glued together without separators, so a character may move from one field to
its neighbour and the signature still holds; only fixed shapes keep the fields apart.
https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.errors import CallbackRejected

FRESH_S = 300
NOT_AUTHENTIC = "not_authentic"
QUERY_SHAPE = "query_shape"
_SIGNATURE = re.compile(r"[0-9a-f]{40}")
# signature, timestamp and nonce; no field may hold the space that joins them here.
_SIGNED = re.compile(r"[0-9a-f]{40} [0-9]{10} [A-Za-z0-9_-]{1,32}")
Query = Mapping[str, Sequence[str]]


class Gatekeeper:
    """Knows an account's callback token and tells whether a query was signed with it, lately."""

    def __init__(self, token: str) -> None:
        """Refuse an empty token: anybody could sign with it."""
        if not token:
            raise ValueError("the callback token is empty")
        self._token = token

    def check(self, query: Query, now: datetime) -> tuple[str, str]:
        """Return (timestamp, nonce) of a fresh query its `signature` covers; else raise CallbackRejected."""
        try:
            (given,), (stamp,), (nonce,) = query["signature"], query["timestamp"], query["nonce"]
        except (KeyError, ValueError):
            raise CallbackRejected(QUERY_SHAPE) from None
        if _SIGNED.fullmatch(f"{given} {stamp} {nonce}") is None:
            raise CallbackRejected(QUERY_SHAPE)
        if abs(now.timestamp() - int(stamp)) > FRESH_S:
            raise CallbackRejected("stale")
        self._matches(given, stamp, nonce)
        return stamp, nonce

    def check_sealed(self, query: Query, sealed: str, now: datetime) -> None:
        """Accept a query whose `signature` holds and whose `msg_signature` covers the ciphertext too."""
        given = only(query, "msg_signature", _SIGNATURE)
        self._matches(given, *self.check(query, now), sealed)

    def check_message(self, query: Query, sealed: str, now: datetime) -> str:
        """Return the nonce of a fresh query whose `msg_signature` covers the ciphertext; else raise.

        WeCom signs nothing else: https://developer.work.weixin.qq.com/document/path/90968
        """
        try:
            (given,), (stamp,), (nonce,) = query["msg_signature"], query["timestamp"], query["nonce"]
        except (KeyError, ValueError):
            raise CallbackRejected(QUERY_SHAPE) from None
        if _SIGNED.fullmatch(f"{given} {stamp} {nonce}") is None:
            raise CallbackRejected(QUERY_SHAPE)
        if abs(now.timestamp() - int(stamp)) > FRESH_S:
            raise CallbackRejected("stale")
        self._matches(given, stamp, nonce, sealed)
        return nonce

    def sign(self, *parts: str) -> str:
        """Return the platform's signature of these parts and the token: 40 hex digits."""
        glued = "".join(sorted((self._token, *parts)))
        return hashlib.sha1(glued.encode(), usedforsecurity=False).hexdigest()

    def _matches(self, given: str, *parts: str) -> None:
        # Both sides are ASCII hex by now; on text that is not, compare_digest would raise.
        if not hmac.compare_digest(given, self.sign(*parts)):
            raise CallbackRejected(NOT_AUTHENTIC)


def only(query: Query, name: str, shape: re.Pattern[str]) -> str:
    """Return the one value of a field, of exactly this shape; raise CallbackRejected otherwise."""
    values = query.get(name, ())
    if len(values) != 1 or shape.fullmatch(values[0]) is None:
        raise CallbackRejected(QUERY_SHAPE)
    return values[0]
