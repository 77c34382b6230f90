"""The script: who does what next. Plans first, reactions as the play goes on."""

import heapq
import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.cast import Person, cast
from bot.demo.grid import STEP, Span, snap
from bot.demo.plans import plan
from bot.demo.reactions import Received, react

# How many of those who come without a code of the shop's were told of it by a member.
FRIENDS = 0.35
# How long a code is shown to friends: the platform keeps it for thirty days.
SHOWN_FOR = timedelta(days=28)


class Script:
    """Acts in the order of time; an act of someone who has left by then does not happen."""

    def __init__(self, seed: int, people: Sequence[Person], span: Span) -> None:
        """Plan everybody's time."""
        self._seed = seed
        self._span = span
        self.people = {person.name: person for person in people}
        self._numbers = itertools.count(1)
        self._heap: list[tuple[datetime, int, Act]] = []
        self._following: set[str] = set()
        self.done: list[Act] = []
        # Scenes of codes that members were given to invite by, in their order, and since when they have them.
        self._codes: dict[str, datetime] = {}
        for person in people:
            self.add(plan(person, seed, span))

    def add(self, more: Iterable[Act]) -> None:
        """Put acts into the script."""
        for act in more:
            heapq.heappush(self._heap, (act.at, next(self._numbers), act))

    def take(self, until: datetime) -> list[Act]:
        """Return what happens before `until`, in order, and remember it as done."""
        taken: list[Act] = []
        while self._heap and self._heap[0][0] < until:
            act = self._brought(heapq.heappop(self._heap)[2])
            if self._happens(act):
                taken.append(act)
        self.done += taken
        return taken

    def hear(self, messages: Iterable[Received], now: datetime) -> None:
        """Let members react to what reached them; nobody reacts before `now`."""
        for got in messages:
            person = self.people.get(got.who)
            if person is None:
                continue
            first = snap(now + STEP)
            for act in react(person, got, self._seed, sorted(self._following - {got.who})):
                moved = max(act.at, first)
                if moved < self._span.end:
                    self.add([Act(moved, act.who, act.do, act.fields)])

    def learn(self, codes: Iterable[str], now: datetime) -> None:
        """Know which codes members have to show, and since when."""
        for scene in codes:
            self._codes.setdefault(scene, now)

    def _brought(self, act: Act) -> Act:
        """Let some who follow without a code scan that of a member."""
        codes = [scene for scene, at in self._codes.items() if act.at - at < SHOWN_FOR]
        if act.do != acts.FOLLOW or act.fields or not codes:
            return act
        rng = Random(f"{self._seed}|{act.who}|brought")  # noqa: S311  chance for a story, no secret
        if rng.random() > FRIENDS:
            return act
        return Act(act.at, act.who, act.do, {"scene": rng.choice(codes)})

    def _happens(self, act: Act) -> bool:
        if "group" in act.fields:
            return True  # who is in a group need not follow anything
        here = act.who in self._following
        if act.do == acts.FOLLOW:
            self._following.add(act.who)
            return not here
        if act.do == acts.UNFOLLOW:
            self._following.discard(act.who)
        return here


def write(seed: int, members: int, span: Span) -> Script:
    """Return the script of so many members."""
    return Script(seed, cast(seed, members, span), span)
