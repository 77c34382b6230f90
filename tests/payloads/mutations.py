"""Callbacks bent in four places: the message, the sealed bytes, the envelope, the query."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from bot.domain.channel import RawCallback
from tests.payloads.bombs import BOMBS
from tests.payloads.correspondent import RANDOM16, Correspondent, cases, recorded

PLATFORM = Correspondent()
LAYERS = ("message", "sealed", "envelope", "query")
PIECES = [
    b"<![CDATA[", b"]]>", b"<!DOCTYPE xml [", b"<!ENTITY a 'b'>", b"&a;", b"&#0;", b"&#xD800;", b"&lt;",
    b"<?x?>", b"<!--", b"-->", b"<xml>", b"</xml>", b"<item>", b"</item>", b"<List>", b"</List>", b"<Event>",
    b"</Event>", b"<MsgType>", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\xf0\x9f\x98\x80",
    "１２".encode(), b"99999999999999999999", b"-1", b"1e309", b"nan", b"' OR 1=1", b"{{7*7}}", b"\r\n",
    b" " * 64, b"A" * 300, b"<a b='c'/>", b"<a>" * 12, b"=", b"&", b"%00", b"+",
]  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes after one to four small accidents."""
    bent = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(bent) + 1)
        match chance.randrange(6):
            case 0 if bent:
                bent[at % len(bent)] = chance.randrange(256)
            case 1:
                bent[at:at] = chance.choice(PIECES)
            case 2:
                del bent[at : at + chance.randint(1, 30)]
            case 3:
                bent[at:at] = bent[at : at + chance.randint(1, 60)]
            case 4:
                del bent[at:]
            case _:
                end = at + chance.randint(1, 8)
                bent[at:end] = chance.choice(PIECES)
    return bytes(bent[:65_000])


def callbacks(count: int, seed: int) -> Iterator[RawCallback]:
    """So many bent callbacks, the same for the same seed, equally many bent in each place."""
    chance = random.Random(seed)
    messages = [recorded(case) for case in cases()] + [bomb[:2000] for bomb in BOMBS.values()]
    for number in range(count):
        yield bent_in(LAYERS[number % 4], chance.choice(messages), chance)


def bent_in(layer: str, message: bytes, chance: random.Random) -> RawCallback:
    """One callback bent in the given place."""
    if layer == "message":
        return PLATFORM.post(mutated(message, chance))
    if layer == "sealed":
        return PLATFORM.post_sealed(_bent_seal(message, chance))
    good = PLATFORM.post(message)
    if layer == "envelope":
        return RawCallback("POST", good.query, mutated(good.body, chance))
    query = {name: list(values) for name, values in good.query.items()}
    name = chance.choice([*query, "echostr", "\x00"])
    values = query.setdefault(name, [""])
    bent = mutated(values[0].encode(), chance).decode("utf-8", "surrogateescape")
    values[:] = [bent] if chance.random() < 0.8 else [*values, bent]
    return RawCallback(chance.choice(["POST", "POST", "POST", "GET", "PUT"]), query, good.body)


def _bent_seal(message: bytes, chance: random.Random) -> str:
    """A ciphertext with a good signature and something wrong before, in or after the padding."""
    match chance.randrange(4):
        case 0:
            return mutated(PLATFORM.seal(message).encode(), chance).decode("latin-1").replace("<", "A")
        case 1:
            return PLATFORM.encrypt(chance.randbytes(32 * chance.randint(1, 12)))
        case 2:
            length = struct.pack(">I", chance.getrandbits(chance.choice([4, 10, 32])))
            body = RANDOM16 + length + message + PLATFORM.app_id.encode()
            pad = 32 - len(body) % 32
            return PLATFORM.encrypt(body + bytes([pad]) * pad)
        case _:
            padded = PLATFORM.padded(message)
            return PLATFORM.encrypt(padded[:-1] + bytes([chance.randrange(256)]))
