"""The official account's message crypto, written from its documentation and pinned to its vectors.

https://developers.weixin.qq.com/doc/service/guide/dev/push/encryption.html : AES-256-CBC with
key = base64(EncodingAESKey + "=") and iv = key[:16]; the plaintext is
random(16) | uint32 big-endian length | message | app id, padded by PKCS#7 to 32 bytes.
"""

import base64
import binascii
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32


class SealBrokenError(ValueError):
    """A ciphertext, padding, length, app id or signature that the platform would refuse."""


def sign(*parts: str) -> str:
    """The platform's signature: SHA-1 hex over the sorted, concatenated ``parts``."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def signature_matches(given: str, *parts: str) -> bool:
    """Whether ``given`` is the signature of ``parts``, compared in constant time."""
    return hmac.compare_digest(given.encode(), sign(*parts).encode())


class Seal:
    """Encrypts and decrypts the messages of one account."""

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        try:
            key = base64.b64decode(encoding_aes_key + "=", validate=True)
        except (binascii.Error, ValueError) as exc:
            raise SealBrokenError("encoding_aes_key is not base64") from exc
        if len(encoding_aes_key) != 43 or len(key) != 32:
            raise SealBrokenError("encoding_aes_key must be 43 characters that decode to 32 bytes")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._app_id = app_id.encode()

    def close(self, message: bytes, random16: bytes) -> str:
        """The base64 ciphertext of ``message``."""
        body = random16 + struct.pack(">I", len(message)) + message + self._app_id
        pad = _BLOCK - len(body) % _BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(body + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, ciphertext: str) -> bytes:
        """The message inside ``ciphertext``; :class:`SealBrokenError` says what is wrong with it."""
        try:
            raw = base64.b64decode(ciphertext, validate=True)
        except (binascii.Error, ValueError) as exc:
            raise SealBrokenError("the ciphertext is not base64") from exc
        if not raw or len(raw) % _BLOCK:
            raise SealBrokenError("the ciphertext is not a whole number of 32-byte blocks")
        decryptor = self._cipher.decryptor()
        return self._unwrap(decryptor.update(raw) + decryptor.finalize())

    def _unwrap(self, padded: bytes) -> bytes:
        pad = padded[-1]
        if not 1 <= pad <= _BLOCK or padded[-pad:] != bytes([pad]) * pad:
            raise SealBrokenError("the padding is not PKCS#7 to 32 bytes")
        body = padded[:-pad]
        if len(body) < 20:
            raise SealBrokenError("the plaintext is shorter than its header")
        (length,) = struct.unpack(">I", body[16:20])
        message, app_id = body[20 : 20 + length], body[20 + length :]
        if len(message) != length:
            raise SealBrokenError("the plaintext is shorter than its stated length")
        if app_id != self._app_id:
            raise SealBrokenError("the plaintext carries another app id")
        return message
