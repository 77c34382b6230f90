"""Playing the script: slice by slice of virtual time, reactions in between."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.demo import acts
from bot.demo.acts import Wire
from bot.demo.evidence import IMAGE
from bot.demo.grid import Span
from bot.demo.reactions import REPLY, Received
from bot.demo.sandbox import Sandbox
from bot.demo.script import Script
from bot.demo.shift import Shift

SLICE = timedelta(hours=6)
Watcher = Callable[["Tally"], None]


@dataclass(slots=True)
class Tally:
    """Running totals while the play goes on."""

    now: datetime
    followed: int = 0
    said: int = 0
    bought: int = 0
    answered: int = 0
    pushed: int = 0
    received: list[Received] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the play is played: the platform, the words to it, and what the shop's operator does there.

    `pauses` are moments at which the play stands still for something else.
    """

    sandbox: Sandbox
    wire: Wire
    shift: Shift
    offered: Callable[[], str]
    pauses: Mapping[datetime, Callable[[], Awaitable[None]]] = field(default_factory=dict)


async def play(script: Script, stage: Stage, span: Span, speed: float, watch: Watcher) -> Tally:
    """Live through the span and return what came of it; `speed` is virtual days a second, 0 no limit."""
    sandbox, wire = stage.sandbox, stage.wire
    script.add(stage.shift.plan())
    stops = [at for at in stage.shift.stops if at < span.end]
    loop = asyncio.get_running_loop()
    began = loop.time()
    tally = Tally(span.start)
    addresses: Mapping[str, str] = {}
    number = 0
    while tally.now < span.end:
        marks = (at for at in (*stops[:1], *stage.pauses) if at > tally.now)
        until = min(tally.now + SLICE, span.end, *marks)
        taken = script.take(until)
        if any(act.do in acts.BY_SHOP and act.who not in addresses for act in taken):
            addresses = await sandbox.addresses()
        actions = [
            wire.action(act, number + place, addresses.get(act.who, "")) for place, act in enumerate(taken)
        ]
        number += len(taken)
        await sandbox.post("schedule", actions=actions)
        await sandbox.walk(until)
        news = await sandbox.news()
        if any(one.kind == IMAGE for one in news):
            script.learn(await sandbox.codes(), until)
        script.hear(news, until)
        if until in stops:
            stops.remove(until)
            script.add(stage.shift.at(until, stage.offered, news))
        _count(tally, until, [act.do for act in taken], news)
        watch(tally)
        if until in stage.pauses:
            await stage.pauses[until]()
        if speed:
            due = began + (until - span.start) / timedelta(days=1) / speed
            await asyncio.sleep(max(0.0, due - loop.time()))
    return tally


def _count(tally: Tally, now: datetime, done: list[str], news: list[Received]) -> None:
    tally.now = now
    tally.followed += done.count(acts.FOLLOW)
    tally.said += done.count(acts.SAY)
    tally.bought += done.count(acts.ORDER)
    replies = sum(one.route == REPLY for one in news)
    tally.answered += replies
    tally.pushed += len(news) - replies
    tally.received += news
