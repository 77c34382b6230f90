"""A line as hashed character n-grams: the same for the script that trains and the program that judges."""

import unicodedata
from collections import Counter
from math import log, sqrt
from zlib import crc32

BITS = 16
SIZE = 1 << BITS
LONGEST = 4
MOST = 400


def features(text: str) -> dict[int, float]:
    """Return the line's n-grams of one to four characters by their hash, weighted to length 1.

    Begin and end are characters too, as where a word stands says something.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    line = f"^{''.join(plain.split())[:MOST]}$"
    grams = Counter(
        crc32(line[at : at + size].encode()) & (SIZE - 1)
        for size in range(1, LONGEST + 1)
        for at in range(len(line) - size + 1)
    )
    weights = {gram: 1 + log(count) for gram, count in grams.items()}
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {gram: weight / length for gram, weight in weights.items()}
