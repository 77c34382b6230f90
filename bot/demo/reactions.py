"""How members take what they get: they claim, buy, redeem, answer, or say no."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.cast import Person
from bot.demo.grid import by_day, snap
from bot.demo.plans import order_of

# A coupon code as the members see it: thirteen of these letters.
CODE = re.compile(r"(?<![0-9A-Z])[2-9A-HJ-NP-Z]{13}(?![0-9A-Z])")
# What is made by chance in a message: codes, and the tokens of links.
MADE = re.compile(rf"{CODE.pattern}|(?<=参团 )[2-9A-Z]{{6}}|(?<=/l/)[A-Za-z0-9_-]+|(?<=/me/)[A-Za-z0-9_-]+")
# What is said to join a group, as whoever began it is told; what a survey asks.
JOIN = re.compile(r"参团 [2-9A-Z]{6}")
SURVEY = "给几分"
# Addresses of the library that messages lead to.
PAGES = re.compile(r"http://127\.0\.0\.1:\d+/l/[A-Za-z0-9_-]+")
CLAIM_WORDS = ("回来了", "生日礼")
REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it reached a member, from the sandbox's own record."""

    at: datetime
    who: str
    address: str
    route: str
    kind: str
    text: str


def react(person: Person, got: Received, seed: int, friends: Sequence[str] = ()) -> list[Act]:
    """Return what the person does because of a message, and what `friends` do whom they pass it on to.

    Codes and tokens differ from play to play, so chance ignores them.
    """
    rng = person.chance(seed, f"{got.at.isoformat()}|{got.route}|{MADE.sub('', got.text)}")
    # A chance of its own: who reads more does nothing else otherwise.
    reading = person.chance(seed, f"reads|{got.at.isoformat()}|{MADE.sub('', got.text)}")
    return [*_reactions(person, got, rng), *_passed_on(got, rng, friends), *_opened(person, got, reading)]


def _opened(person: Person, got: Received, rng: Random) -> Iterator[Act]:
    """Open the pieces of the library that a message leads to."""
    for url in PAGES.findall(got.text):
        if rng.random() < 0.15 + 0.5 * person.openness:
            at = snap(got.at + timedelta(minutes=rng.uniform(1, 4)))
            yield Act(at, person.name, acts.VISIT, {"url": url})


def _passed_on(got: Received, rng: Random, friends: Sequence[str]) -> Iterator[Act]:
    """Let friends join the group that somebody began."""
    joining = JOIN.search(got.text) if got.route == REPLY and "开团成功" in got.text else None
    if joining is None:
        return
    for friend in rng.sample(friends, min(len(friends), rng.choice((1, 3, 5, 6)))):
        at = snap(got.at + timedelta(hours=rng.uniform(0.5, 10)))
        yield Act(at, friend, acts.SAY, {"text": joining.group()})


def _reactions(person: Person, got: Received, rng: Random) -> Iterator[Act]:
    code = CODE.search(got.text)
    if code is not None and rng.random() < 0.25 + 0.6 * person.openness:
        yield from _buy(person, got, code.group(), rng)
    if got.route == REPLY:
        return
    asked = _asked(person, got, rng)
    if asked is not None:
        yield from asked
        return
    if rng.random() < 0.03:
        yield _say(person, _soon(got.at, rng, 5), "TD")
    elif rng.random() < 0.5 * person.openness:
        yield _say(
            person, _soon(got.at, rng, 20), rng.choice(("好的", "收到", "我看看", "谢谢", "面膜有活动吗"))
        )


def _asked(person: Person, got: Received, rng: Random) -> list[Act] | None:
    """Return what somebody says who was asked for something, None when nobody asked."""
    if SURVEY in got.text:
        score = min(10, max(0, round(rng.gauss(8, 2.2))))
        return [_say(person, _soon(got.at, rng, 8), str(score))] if rng.random() < 0.6 else []
    word = next((each for each in CLAIM_WORDS if each in got.text), None)
    if word is None:
        return None
    claims = rng.random() < 0.15 + 0.6 * person.openness
    return [_say(person, _soon(got.at, rng, 30), word)] if claims else []


def _buy(person: Person, got: Received, code: str, rng: Random) -> Iterator[Act]:
    at = by_day(got.at + timedelta(days=rng.uniform(0.3, 3.5)), rng.random())
    if at <= got.at:
        at = _soon(got.at, rng, 10)
    taken = rng.choice(person.customer.purchases)
    order = order_of(person, at, f"c{got.at:%m%d%H%M}", max(taken.cents, 1500), taken.items)
    yield order
    yield Act(
        at,
        person.name,
        acts.REDEEM,
        {"coupon_code": code, "order_id": order.fields["order_id"], "currency": "CNY"},
    )


def _say(person: Person, at: datetime, text: str) -> Act:
    return Act(at, person.name, acts.SAY, {"text": text})


def _soon(at: datetime, rng: Random, hours: float) -> datetime:
    """Return a time within so many hours after, sooner rather than later."""
    return snap(at + timedelta(hours=0.5 + hours * rng.random() ** 2))
