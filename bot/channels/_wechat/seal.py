"""The platform's message crypto: AES-256-CBC, padded to 32, the app id at the end.

Plaintext = random(16) | length as 4 big-endian bytes | message | app id, padded to a multiple of 32;
key = base64(EncodingAESKey + "="), iv = key[:16]. There is no MAC: a signature must be checked first.
https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
"""

import base64
import binascii
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels._wechat.query import NOT_AUTHENTIC
from bot.domain.errors import CallbackRejected

_BLOCK = 32
_HEAD = 20
_PADS = tuple(bytes([count]) * count for count in range(_BLOCK + 1))


class Seal:
    """Opens and closes the messages of one account."""

    def __init__(self, encoding_aes_key: str, app_id: str, *, anonymous: bool = False) -> None:
        """Raise ValueError for a key that is not 43 characters of base64 for 32 bytes, or an empty app id.

        Only the messages of robots are `anonymous`: https://developer.work.weixin.qq.com/document/path/101033
        """
        if not app_id and not anonymous:
            raise ValueError("the app id is empty")
        self._app_id = app_id.encode()
        key = aes_key(encoding_aes_key)
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        # One for the life of the account, as making it anew takes longer than using it. So every message
        # but the first is chained to the one before instead of to the IV, which changes its first block
        # only: sixteen random bytes that nobody reads. Callbacks are opened on one thread.
        self._decryptor = self._cipher.decryptor()

    def open(self, sealed: str | bytes) -> bytes:
        """Return the message; every fault is the same CallbackRejected, so that none can be told apart."""
        message = self._opened(sealed)
        if message is None:
            raise CallbackRejected(NOT_AUTHENTIC)
        return message

    def close(self, message: bytes, random16: bytes) -> bytes:
        """Return the message as base64 ciphertext; `random16` are 16 bytes nobody can foresee."""
        plain = b"".join((random16, len(message).to_bytes(4, "big"), message, self._app_id))
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(plain + _PADS[_BLOCK - len(plain) % _BLOCK]))

    def _opened(self, sealed: str | bytes) -> bytes | None:
        try:
            raw = binascii.a2b_base64(sealed, strict_mode=True)
        except ValueError:
            return None
        if not raw or len(raw) % _BLOCK:
            return None
        plain = self._decryptor.update(raw)
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or not plain.endswith(_PADS[pad]):
            return None
        end = len(plain) - pad
        at = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
        if at > end or not hmac.compare_digest(plain[at:end], self._app_id):
            return None
        return plain[_HEAD:at]


def aes_key(encoding_aes_key: str) -> bytes:
    """Return the 32 bytes behind an EncodingAESKey; raise ValueError when it isn't one."""
    try:
        key = base64.b64decode(f"{encoding_aes_key}=".encode("ascii"), validate=True)
    except ValueError as error:
        raise ValueError("the encoding AES key is not base64") from error
    if len(encoding_aes_key) != 43 or len(key) != 32:
        raise ValueError("the encoding AES key must be 43 characters that decode to 32 bytes")
    return key
