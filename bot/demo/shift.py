"""The operator of the demo: bound by a one-time code, asks how things stand, sends, and confirms."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.grid import Span
from bot.demo.reactions import REPLY, Received

NAME = "老李"
ROLE = "admin"
# On which days after the opening something goes out to many; a short demo sees the first.
SENDS = (2, 20, 48, 76)
SEND = "/群发 digest --人群 阶段=有互动"
STATUS = "/状态"
_ASKED = re.compile(r"回复「(确认 [2-9A-Z]{4}(?: \d+)?)」")
# Of the exchange that is shown: asked, shown, confirmed, taken, ended.
LONGEST = 5
_SOON = timedelta(minutes=1)


class Shift:
    """What the operator does and when; whoever plays stops at each of `stops` and lets the operator go on."""

    def __init__(self, span: Span) -> None:
        """Plan the shift."""
        self._span = span
        self._binds_at = span.start + timedelta(hours=4)
        moments = [span.start + timedelta(days=day, hours=6) for day in SENDS]
        self._sends_at = [at for at in moments if at + timedelta(hours=1) < span.end]
        after = [at + _SOON for at in self._sends_at]
        self.stops = sorted([self._binds_at, *after])

    def plan(self) -> list[Act]:
        """Return what is known beforehand: the operator follows, asks every week, and sends."""
        follows = Act(self._span.start + timedelta(hours=3), NAME, acts.FOLLOW)
        weeks = range(1, self._span.days, 7)
        asks = [
            Act(self._span.start + timedelta(days=day, hours=5), NAME, acts.SAY, {"text": STATUS})
            for day in weeks
        ]
        sends = [Act(at, NAME, acts.SAY, {"text": SEND}) for at in self._sends_at]
        return [follows, *asks, *sends]

    def at(self, now: datetime, offered: Callable[[], str], heard: Iterable[Received]) -> list[Act]:
        """Return what the operator does at a stop: says a fresh code, or confirms what was shown."""
        if now == self._binds_at:
            return [Act(now + _SOON, NAME, acts.SAY, {"text": f"绑定 {offered()} {NAME}"})]
        shown = [_ASKED.search(one.text) for one in heard if one.who == NAME and one.route == REPLY]
        return [Act(now + _SOON, NAME, acts.SAY, {"text": found[1]}) for found in shown if found is not None]


def exchange(done: Sequence[Act], received: Sequence[Received], us: str) -> list[tuple[str, str]]:
    """Return the last send from its line to how it ended, as (who, text) in order; `us` is our name."""
    said = [(act.at, 0, NAME, str(act.fields.get("text", ""))) for act in done if act.who == NAME]
    told = [(one.at, 1, us, one.text) for one in received if one.who == NAME]
    lines = sorted([*said, *told], key=lambda line: line[:2])
    begins = [place for place, line in enumerate(lines) if line[3] == SEND]
    return [(who, text) for _, _, who, text in lines[begins[-1] :]][:LONGEST] if begins else []


def letters(seed: int) -> Callable[[str], str]:
    """Return what picks the letters of the operator's code; chance for a story, no secret."""
    return Random(f"{seed}|shift").choice  # noqa: S311  chance for a story, no secret
