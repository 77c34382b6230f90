"""Chance with a seed: the same seed gives the same run on every machine and Python version."""

import base64
import hashlib


class Chance:
    """A keyed stream of bytes (SHAKE-256 in counter mode); not a secret, only repeatable."""

    def __init__(self, seed: int) -> None:
        self._key = f"sandbox:{seed}".encode()
        self._drawn = 0

    def bytes(self, size: int) -> bytes:
        """The next ``size`` bytes of the stream."""
        self._drawn += 1
        return hashlib.shake_256(self._key + b":%d" % self._drawn).digest(size)

    def unit(self) -> float:
        """A number in [0, 1)."""
        return int.from_bytes(self.bytes(6), "big") / 2**48

    def digits(self, count: int) -> str:
        """A decimal string of exactly ``count`` digits that does not start with 0."""
        lowest = 10 ** (count - 1)
        return str(lowest + int.from_bytes(self.bytes(16), "big") % (9 * lowest))

    def text(self, size: int) -> str:
        """``size`` characters of the URL-safe base64 alphabet."""
        return _text(self.bytes(size), size)

    def named(self, size: int, *names: str) -> str:
        """``size`` URL-safe characters that depend on the seed and ``names`` alone."""
        digest = hashlib.shake_256(self._key + b"\0" + "\0".join(names).encode()).digest(size)
        return _text(digest, size)


def _text(raw: bytes, size: int) -> str:
    return base64.urlsafe_b64encode(raw).decode()[:size]
