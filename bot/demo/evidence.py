"""What a run of the demo leaves behind on both sides, and how the two are held against each other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.reactions import REPLY, Received
from bot.demo.terms import Terms
from storage.reports import Books, Delivery

# What a member's act opens: how many customer-service messages, and for how long.
_WINDOWS = {
    acts.SAY: (5, timedelta(hours=48)),
    acts.FOLLOW: (3, timedelta(minutes=1)),
    acts.SCAN: (3, timedelta(minutes=1)),
    acts.CLICK: (3, timedelta(minutes=1)),
}
IMAGE, PICTURE = "image", ".png'"
_NOTICES = ("subscription_notice", "template_message")


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: `broken` of `looked_at` things are breaches; `may_break` is the share allowed."""

    name: str
    broken: int
    looked_at: int
    examples: tuple[str, ...] = ()
    may_break: float = 0.0

    @property
    def held(self) -> bool:
        """Return whether it held. A promise about nothing is not held."""
        return self.broken <= self.may_break * self.looked_at and self.looked_at > 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a run left behind, on both sides."""

    received: Sequence[Received]
    done: Sequence[Act]
    ours: Sequence[Delivery]
    books: Books
    terms: Terms
    tally: Sequence[Mapping[str, Any]] = ()
    violations: Sequence[Mapping[str, Any]] = ()
    account: str = "shop"

    @property
    def worded(self) -> list[Received]:
        """Return the pushes that say anything: a member's own QR code is a picture without a word."""
        return [one for one in self.pushes if one.kind != IMAGE]

    @property
    def pushes(self) -> list[Received]:
        """Return what reached members by a push."""
        return [one for one in self.received if one.route not in (REPLY, "platform")]


def matched(ours: Sequence[Delivery], theirs: Sequence[Received]) -> tuple[list[Received], list[Delivery]]:
    """Return what arrived more often than we know of, and what we think was sent and never arrived.

    A message of a member who was forgotten since has no address and no words here: it is matched by
    its door and its moment.
    """
    left: Counter[tuple[str, ...]] = Counter(_full(one) for one in ours if one.address and one.text)
    blank: Counter[tuple[str, str]] = Counter(
        (one.route, one.at.isoformat()) for one in ours if not (one.address and one.text)
    )
    extra: list[Received] = []
    for one in theirs:
        key = _full(one)
        moment = (one.route, one.at.astimezone(UTC).isoformat())
        if left[key] > 0:
            left[key] -= 1
        elif blank[moment] > 0:
            blank[moment] -= 1
        else:
            extra.append(one)
    lost: list[Delivery] = []
    for delivery in ours:
        if delivery.address and delivery.text:
            counter_key = _full(delivery)
            if left[counter_key] > 0:
                left[counter_key] -= 1
                lost.append(delivery)
        elif blank[delivery.route, delivery.at.isoformat()] > 0:
            blank[delivery.route, delivery.at.isoformat()] -= 1
            lost.append(delivery)
    return extra, lost


def _full(one: Delivery | Received) -> tuple[str, str, str]:
    # A platform template is worded there, and a picture has no words: its moment stands for them.
    picture = one.kind == IMAGE if isinstance(one, Received) else PICTURE in one.text
    worded = one.at.astimezone(UTC).isoformat() if picture or one.route in _NOTICES else one.text
    return one.address, one.route, worded


@dataclass(slots=True)
class Door:
    """What one member has opened for customer-service messages, by the platform's table."""

    left: int = 0
    until: datetime | None = None

    def open(self, act: Act) -> None:
        """The member did something: the larger allowance and the later end hold; leaving closes it."""
        if act.do == acts.UNFOLLOW:
            self.left, self.until = 0, None
        elif act.do in _WINDOWS:
            allowance, lasts = _WINDOWS[act.do]
            still = self.until is not None and act.at < self.until
            self.left = max(self.left, allowance) if still else allowance
            self.until = max(self.until, act.at + lasts) if still and self.until else act.at + lasts

    def pass_through(self, at: datetime) -> bool:
        """Spend one message; return whether it was allowed."""
        self.left -= 1
        return self.left >= 0 and self.until is not None and at < self.until


def shown(rows: Iterable[Received]) -> tuple[str, ...]:
    """Return the first few messages as lines."""
    return tuple(f"{one.at:%m-%d %H:%M} {one.who} {one.route}: {one.text[:40]}" for one in list(rows)[:5])
