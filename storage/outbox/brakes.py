"""A rule or a campaign stops at once and goes on where it stood."""

from datetime import datetime

from sqlalchemy import Connection

from bot.domain import programs
from bot.domain.delivery.reasons import Reason
from storage import switches
from storage.outbox.queue import wake_held


def pause_program(c: Connection, switch: str, by: str, now: datetime) -> None:
    """Hold what a rule or campaign queued; its `switch` is ``rule:NAME`` or ``campaign:NAME``."""
    switches.turn_on(c, switch, by, now)


def resume_program(c: Connection, switch: str, now: datetime) -> bool:
    """Let it go on and wake what was held for it; tell whether it was paused."""
    if switch.startswith(programs.RULE):
        wake_held(c, Reason.PROGRAM_PAUSED, now, rule=switch.removeprefix(programs.RULE))
    else:
        wake_held(c, Reason.PROGRAM_PAUSED, now, campaign=switch.removeprefix(programs.CAMPAIGN))
    return switches.turn_off(c, switch)
