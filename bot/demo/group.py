"""A group of the shop's members: they come, ask, chat, and one of them is unhappy."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

import yaml

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.grid import Span
from bot.demo.settings import GATEWAY, ROOT

JOIN = "join"
STORY = ROOT / "bot" / "demo" / "group.yaml"
Row = Mapping[str, object]


class GroupStory:
    """What happens in the group and when."""

    def __init__(self, span: Span, seed: int) -> None:
        """Read the story."""
        self._span = span
        self._rng = Random(f"{seed}|group")  # noqa: S311  chance for a story, no secret
        self._story = yaml.safe_load(STORY.read_text(encoding="utf-8"))
        self.name: str = self._story["name"]

    def plan(self) -> list[Act]:
        """Return everything said and done in the group, in order."""
        people = list(self._story["people"])
        opening = self._span.start + timedelta(days=1, hours=2)
        found = [
            self._act(opening + timedelta(seconds=9 * place), who, JOIN)
            for place, who in enumerate(people[:5])
        ]
        for day in range(2, self._span.days - 1):
            found += self._day(self._span.start + timedelta(days=day), people)
        unhappy = self._story["unhappy"]
        at = self._span.start + timedelta(days=unhappy["day"], hours=4)
        if at < self._span.end - timedelta(days=1):
            found.append(self._act(at, people[1], acts.SAY, unhappy["says"]))
        return sorted(found, key=lambda act: act.at)

    def excerpt(self, said: Sequence[Row], us: str) -> list[tuple[str, str]]:
        """Return the first hours as (who, text): who came, what was asked, and what we said there."""
        last = self._span.start + timedelta(days=3)
        theirs = [(act.at, 0, act.who, self._shown(act)) for act in self.plan() if act.at < last]
        ours = [(datetime.fromisoformat(str(row["at"])), 1, us, str(row["text"])) for row in said]
        lines = sorted([*theirs, *(one for one in ours if one[0] < last)], key=lambda one: one[:2])
        return [(who, text) for _, _, who, text in lines][:12]

    def _shown(self, act: Act) -> str:
        return str(act.fields.get("text", "")) or str(self._story["joins"])

    def _day(self, day: datetime, people: Sequence[str]) -> list[Act]:
        """Return a few lines of a day; every tenth day somebody new comes."""
        found = []
        for _ in range(self._rng.randint(0, 4)):
            at = day + timedelta(minutes=self._rng.randint(60, 640))
            line = self._rng.choice(self._story["lines"])
            found.append(self._act(at, self._rng.choice(people[:5]), acts.SAY, line))
        number = 5 + (day - self._span.start).days // 10
        if (day - self._span.start).days % 10 == 0 and number < len(people):
            found.append(self._act(day + timedelta(hours=3), people[number], JOIN))
        return found

    def _act(self, at: datetime, who: str, do: str, text: str = "") -> Act:
        fields: dict[str, object] = {"account": GATEWAY, "group": self.name}
        return Act(at, who, do, fields | ({"text": text} if text else {}))
