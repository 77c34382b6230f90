"""Keys and what they protect: phones found by keyed hash, kept as cipher, shown masked.

An unkeyed hash of a phone number is plaintext (all plausible numbers are tried within an hour), so
equality goes through HMAC-SHA256 with the index key, and the readable value is AES-256-GCM sealed to
its place (``table|column|member id``): a cipher copied to another row does not open.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from bot.domain.errors import HetangError

VERSION = b"v1"
NONCE_BYTES = 12
PHONE = re.compile(r"\+[1-9]\d{5,14}")


class Unreadable(HetangError):
    """A sealed value that this ring of keys cannot open: wrong key, wrong place or damaged."""


class NoKeys(HetangError):
    """Something personal must be protected and `privacy.key` and `privacy.index_key` are not set."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The field keys by id, the one new values are sealed with, and the key of the blind index.

    `nonce` gives that many unpredictable bytes; the program's is `secrets.token_bytes`.
    """

    keys: Mapping[str, bytes]
    current: str
    index_key: bytes
    nonce: Callable[[int], bytes]

    @classmethod
    def of(
        cls, key: str, index_key: str, nonce: Callable[[int], bytes], *, older: tuple[str, ...] = ()
    ) -> Self:
        """Return the ring made from configured secrets; `older` ones still open, but seal nothing."""
        derived = [_derive(secret, b"hetang field key") for secret in (key, *older)]
        named = {_name(one): one for one in derived}
        return cls(named, _name(derived[0]), _derive(index_key, b"hetang index key"), nonce)

    def blind(self, kind: str, value: str) -> str:
        """Return the keyed hash that stands for a value of this kind: 32 hex digits."""
        return hmac.new(self.index_key, f"{kind}|{value}".encode(), sha256).hexdigest()[:32]

    def seal(self, text: str, place: str) -> bytes:
        """Return ``v1|key id|nonce|cipher`` of the text, bound to its place."""
        nonce = self.nonce(NONCE_BYTES)
        cipher = AESGCM(self.keys[self.current]).encrypt(nonce, text.encode(), place.encode())
        return b"|".join((VERSION, self.current.encode(), nonce + cipher))

    def unseal(self, sealed: bytes, place: str) -> str:
        """Return the text; raise Unreadable when it does not open."""
        version, _, rest = sealed.partition(b"|")
        name, _, body = rest.partition(b"|")
        key = self.keys.get(name.decode("ascii", "replace"))
        if version != VERSION or key is None:
            raise Unreadable("sealed with a key or format that is not here")
        try:
            return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the sealed value does not open here") from error

    def sealed_with(self, sealed: bytes) -> str:
        """Return the id of the key a value was sealed with."""
        return sealed.split(b"|", 2)[1].decode("ascii", "replace")


def place_of(table: str, column: str, member_id: int) -> str:
    """Return the place a sealed value is bound to."""
    return f"{table}|{column}|{member_id}"


def ring_of(connection: Connection) -> Keyring:
    """Return the ring the database was opened with; raise NoKeys when it has none."""
    ring = connection.get_execution_options().get("keyring")
    if not isinstance(ring, Keyring):
        raise NoKeys("privacy.key and privacy.index_key are not set")
    return ring


def phone_number(text: str) -> str | None:
    """Return the number as E.164; eleven digits starting with 1 are a mobile of mainland China."""
    digits = re.sub(r"[\s\-().]", "", normalize("NFKC", text))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if re.fullmatch(r"1\d{10}", digits, re.ASCII):
        digits = "+86" + digits
    return digits if PHONE.fullmatch(digits) and digits.isascii() else None


def mask_phone(number: str) -> str:
    """Return ``138****1234`` of an E.164 number; other countries keep their prefix."""
    local = number.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else "****"


def mask_address(address: str) -> str:
    """Return the last four characters of a platform address."""
    return f"…{address[-4:]}" if len(address) > 8 else "…"


def mask_name(name: str) -> str:
    """Return the first character of a name."""
    return f"{name[:1]}**" if name else ""


def _derive(secret: str, purpose: bytes) -> bytes:
    if not secret:
        raise NoKeys("an empty key protects nothing")
    return HKDF(SHA256(), 32, None, purpose).derive(secret.encode())


def _name(key: bytes) -> str:
    return sha256(b"hetang key id" + key).hexdigest()[:8]
