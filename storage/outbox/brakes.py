"""Brakes: everything, one account or one rule stops at once and goes on where it stood."""

from datetime import datetime

from sqlalchemy import Connection

from bot.domain.delivery.reasons import Reason
from storage import rates
from storage.outbox.queue import wake_held


def pause(c: Connection, by: str, now: datetime) -> None:
    """Send nothing at all from the next claim on."""
    rates.set_switch(c, "paused", "1", by, now)


def resume(c: Connection, by: str, now: datetime) -> None:
    """Lift the pause, and the fence of a restored backup."""
    for brake in rates.BRAKES:
        rates.set_switch(c, brake, "", by, now)


def resume_account(c: Connection, account: str, by: str, now: datetime) -> int:
    """Switch an account on again that the platform had stopped; return how many rows that woke."""
    rates.set_switch(c, f"account:{account}", "", by, now)
    return wake_held(c, Reason.ACCOUNT_STOPPED, now)


def pause_program(c: Connection, kind: str, name: str, by: str, now: datetime) -> None:
    """Hold what a ``rule``, ``campaign`` or ``template`` of this name queued."""
    rates.set_switch(c, f"{kind}:{name}", "1", by, now)


def resume_program(c: Connection, kind: str, name: str, by: str, now: datetime) -> int:
    """Let it go on; return how many rows that woke."""
    rates.set_switch(c, f"{kind}:{name}", "", by, now)
    of = {kind: name} if kind in {"rule", "campaign"} else {}
    return wake_held(c, Reason.PROGRAM_PAUSED, now, **of)
