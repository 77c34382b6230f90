"""Real purchases: the 1/10 sample of CDNOW, 6,919 purchases of 2,357 customers from Jan 1997 to Jun 1998.

Source: Peter S. Fader and Bruce G. S. Hardie, "Forecasting Repeat Sales at CDNOW: A Case Study",
Interfaces 31 (2001); data at https://www.brucehardie.com/datasets/ (CDNOW_sample.txt). Ours is the same
sample, a customer a line: ``number day:items:cents …``, days counted from 1997-01-01.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FILE = "cdnow_sample.txt.gz"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase: days since the customer's first one, items, and US cents."""

    day: int
    items: int
    cents: int


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of the sample with every purchase, the first on day 0."""

    number: int
    purchases: tuple[Purchase, ...]


def parse(text: str) -> tuple[Customer, ...]:
    """Return the customers of a sample text; raise ValueError at a line that is none."""
    return tuple(_customer(line) for line in text.splitlines() if line.strip())


@cache
def customers() -> tuple[Customer, ...]:
    """Return the whole sample that comes with the program."""
    raw = files(__package__).joinpath(FILE).read_bytes()
    return parse(gzip.decompress(raw).decode("ascii"))


def _customer(line: str) -> Customer:
    number, *fields = line.split()
    raw = [tuple(map(int, field.split(":"))) for field in fields]
    if not raw or any(len(one) != 3 for one in raw):
        raise ValueError(f"not a customer: {line!r}")
    first = raw[0][0]
    return Customer(int(number), tuple(Purchase(day - first, items, cents) for day, items, cents in raw))
