"""stages: who stands where, how long members stay, and who went from where to where, week by week."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.documents import plain
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from bot.domain.dwelling import Dwelling, dwellings
from storage import reports
from storage.reports.stages import Move

NAME = "stages"
DAY = timedelta(days=1)
Weeks = Annotated[int, typer.Option("--weeks", min=1, max=104, help="往回看几周 / how many weeks back")]


def command(weeks: Weeks = 8, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """各阶段人数、停留多久、每周从哪到哪 / stages: how many, how long, and the flow by week."""
    with opened(config) as desk:
        now, zone = desk.now, desk.config.app.zone
        order = list(desk.config.stages)
        counts = desk.read(reports.stage_counts)
        dwelling = desk.read(lambda c: dwellings(reports.stays(c, now)))
        moves = desk.read(lambda c: reports.stage_moves(c, _weeks(now, weeks), zone))
        moved = [move for move in moves if move.was != move.stage]
        document = {
            "counts": {name: counts.get(name, 0) for name in order},
            "dwelling": [_document(one) for one in dwelling],
            "moves": [
                {**plain(move), "since": move.since.isoformat(), "until": move.until.isoformat()}
                for move in moved
            ],
        }
        present(document, [*_standing(order, counts, dwelling), *_flow(moved)], as_json=json)


def _weeks(now: datetime, weeks: int) -> list[datetime]:
    return [now - timedelta(weeks=back) for back in range(weeks, -1, -1)]


def _document(one: Dwelling) -> dict[str, object]:
    days = None if one.median is None else round(one.median / DAY, 2)
    return {"stage": one.stage, "stays": one.stays, "left": one.left, "median_days": days}


def _standing(order: list[str], counts: dict[str, int], dwelling: tuple[Dwelling, ...]) -> Iterator[str]:
    by_stage = {one.stage: one for one in dwelling}
    for name in order:
        one = by_stage.get(name)
        if one is None:
            yield say("stage_empty", stage=name, count=counts.get(name, 0))
        elif one.median is None:
            yield say("stage_lasting", stage=name, count=counts.get(name, 0), left=one.left, stays=one.stays)
        else:
            about = {"time": _written(one.median), "left": one.left, "stays": one.stays}
            yield say("stage_passing", stage=name, count=counts.get(name, 0), **about)


def _written(length: timedelta) -> str:
    """Return a length as the configuration writes it."""
    return f"{length / DAY:.0f}d" if length >= 2 * DAY else f"{length / timedelta(hours=1):.0f}h"


def _flow(moved: list[Move]) -> Iterator[str]:
    for week in dict.fromkeys((move.since, move.until) for move in moved):
        yield say("stage_week", since=week[0], until=week[1])
        mine = [move for move in moved if (move.since, move.until) == week]
        for move in sorted(mine, key=lambda move: -move.members):
            yield say("stage_move", was=move.was or "—", stage=move.stage, members=move.members)
