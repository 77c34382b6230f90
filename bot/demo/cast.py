"""Who takes part: members with their ways, each living one CDNOW customer's purchases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.demo.data import Customer, customers
from bot.demo.grid import Span, by_day

SCENES = ("store_hz", "kol_lin", "")
_WEIGHTS = (45, 25, 30)
# Nobody new in the last hours: the welcome that follows a follow should be seen.
_LAST_ARRIVALS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Person:
    """One member-to-be. Shares lie between 0 and 1; `patience` is the mean of days until they go quiet."""

    name: str
    follows_at: datetime
    scene: str
    customer: Customer
    birthday: str
    phone: str
    grants: bool
    personal: bool
    hesitant: bool
    openness: float
    patience: float

    def chance(self, seed: int, what: str) -> Random:
        """Return this person's own source of chance for one thing."""
        return Random(f"{seed}|{self.name}|{what}")  # noqa: S311  chance for a story, no secret


def cast(seed: int, members: int, span: Span) -> tuple[Person, ...]:
    """Return that many people who follow in a steady stream over the span; the same for the same seed."""
    rng = Random(f"{seed}|cast")  # noqa: S311  chance for a story, no secret
    pool = customers()
    chosen = rng.sample(pool, members) if members <= len(pool) else rng.choices(pool, k=members)
    stream = max(span.end - span.start - _LAST_ARRIVALS, timedelta(days=1))
    people = []
    for number, customer in enumerate(chosen):
        arrives = span.start + stream * ((number + rng.random()) / members)
        people.append(_person(rng, number + 1, by_day(arrives, rng.random()), customer, span))
    return tuple(sorted(people, key=lambda person: (person.follows_at, person.name)))


def _person(rng: Random, number: int, follows_at: datetime, customer: Customer, span: Span) -> Person:
    birthday = span.start + timedelta(days=rng.randrange(365))
    return Person(
        name=f"m{number:04d}",
        follows_at=max(follows_at, span.start + timedelta(hours=1)),
        scene=rng.choices(SCENES, _WEIGHTS)[0],
        customer=customer,
        birthday=f"{birthday:%m-%d}" if rng.random() < 0.7 else "",
        phone=f"+8613{rng.randrange(10**9):09d}" if rng.random() < 0.15 else "",
        grants=rng.random() < 0.62,
        personal=rng.random() < 0.7,
        hesitant=rng.random() < 0.35,
        openness=rng.betavariate(2, 3),
        patience=rng.expovariate(1 / 30) + 3,
    )
