"""retention: what was kept long enough goes now, instead of at night."""

from datetime import datetime
from functools import partial

from bot.cli.desk import Desk, opened
from bot.cli.options import DEFAULT, Apply, ConfigPath, Json, present
from bot.cli.words import say
from bot.config import rulebook
from scheduler.retention import due, span
from storage import retention
from storage.retention import Sweep

NAME = "retention"


def command(apply: Apply = False, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """按 privacy.retention 清理到期的内容 / clean up by privacy.retention; dry run without --apply."""
    with opened(config) as desk:
        kept = desk.config.privacy.retention
        counted = rulebook(desk.config).moment_window
        rows: dict[str, int] = {}
        for sweep in due(kept):
            before = desk.now - span(sweep, kept, counted)
            rows[sweep.name] = _swept(desk, sweep, before) if apply else _old(desk, sweep, before)
        if apply:
            desk.note("retention", "", **rows)
        lines = [say("retention", name=say(f"kept_{name}"), count=count) for name, count in rows.items()]
        lines += [] if lines else [say("retention_none")]
        present({"applied": apply, "rows": rows}, lines if apply else [*lines, say("dry_run")], as_json=json)


def _old(desk: Desk, sweep: Sweep, before: datetime) -> int:
    return desk.read(partial(retention.waiting, sweep=sweep, before=before))


def _swept(desk: Desk, sweep: Sweep, before: datetime) -> int:
    """Clean page by page, each in a transaction of its own; return how many rows changed."""
    total, more = 0, True
    while more:
        changed, more = desk.read(partial(retention.page, sweep=sweep, before=before, now=desk.now))
        total += changed
    return total
