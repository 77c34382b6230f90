"""A rule, a campaign or a template stops at once and goes on where it stood."""

from datetime import datetime

from sqlalchemy import Connection

from bot.domain.delivery.reasons import Reason
from storage import switches
from storage.outbox.queue import wake_held


def pause_program(c: Connection, kind: str, name: str, by: str, now: datetime) -> None:
    """Hold what a ``rule``, ``campaign`` or ``template`` of this name queued."""
    switches.turn_on(c, f"{kind}:{name}", by, now)


def resume_program(c: Connection, kind: str, name: str, now: datetime) -> int:
    """Let it go on; return how many rows that woke."""
    switches.turn_off(c, f"{kind}:{name}")
    of = {kind: name} if kind in {"rule", "campaign"} else {}
    return wake_held(c, Reason.PROGRAM_PAUSED, now, **of)
