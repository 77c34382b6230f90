"""A file sealed with the field key, read and written in frames so that its size does not matter.

Each frame is AES-256-GCM with its place in the file and whether it is the last as associated data:
a frame moved, left out or cut off does not open.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.privacy import NONCE_BYTES, Keyring, Unreadable

MAGIC = b"hetang sealed v1|"
FRAME = 1 << 20
_TAG = 16


def is_sealed(file: Path) -> bool:
    """Tell whether the file was written by `seal_file`."""
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def seal_file(plain: Path, sealed: Path, ring: Keyring) -> None:
    """Write the sealed form of a file."""
    key = AESGCM(ring.keys[ring.current])
    with plain.open("rb") as source, sealed.open("wb") as target:
        target.write(MAGIC + ring.current.encode() + b"|")
        for number, (frame, last) in enumerate(_frames(source)):
            nonce = ring.nonce(NONCE_BYTES)
            target.write(nonce + key.encrypt(nonce, frame, _place(number, last=last)))


def open_file(sealed: Path, plain: Path, ring: Keyring) -> None:
    """Write what a sealed file holds; raise Unreadable for a wrong key or a damaged file."""
    with sealed.open("rb") as source, plain.open("wb") as target:
        if source.read(len(MAGIC)) != MAGIC:
            raise Unreadable("not a sealed file")
        key = ring.keys.get(_until(source, b"|").decode("ascii", "replace"))
        if key is None:
            raise Unreadable("sealed with a key that is not here")
        cipher = AESGCM(key)
        for number, (frame, last) in enumerate(_frames(source, FRAME + NONCE_BYTES + _TAG)):
            try:
                target.write(
                    cipher.decrypt(frame[:NONCE_BYTES], frame[NONCE_BYTES:], _place(number, last=last))
                )
            except (InvalidTag, ValueError) as error:
                raise Unreadable(f"frame {number} does not open") from error


def _frames(source: BinaryIO, size: int = FRAME) -> Iterator[tuple[bytes, bool]]:
    frame = source.read(size)
    while True:
        following = source.read(size)
        yield frame, not following
        if not following:
            return
        frame = following


def _until(source: BinaryIO, end: bytes) -> bytes:
    found = b""
    while (one := source.read(1)) and one != end and len(found) < 64:
        found += one
    return found


def _place(number: int, *, last: bool) -> bytes:
    return b"%d|%d" % (number, last)
