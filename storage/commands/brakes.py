"""Brakes: everything stops at once, or one rule or campaign; and goes on."""

from sqlalchemy import Connection

from bot.domain.commanding.acts import Brake, Done
from bot.domain.delivery.reasons import Reason
from storage import alerts, audit, outbox, switches
from storage.commands.orders import Deeds, Given


def _brake(c: Connection, act: Brake, given: Given) -> Done:
    standing = switches.is_on(c, act.switch)
    by = f"operator:{given.by.signed}"
    if act.on:
        if standing:
            return Done("already_stopped", names=(act.switch,))
        switches.turn_on(c, act.switch, by, given.now)
        _remember(c, "rules.pause", act.switch, by, given)
        return Done("stopped", names=(act.switch,))
    return release(c, act, given)


def release(c: Connection, act: Brake, given: Given) -> Done:
    """Let a brake go and wake what it held."""
    switch = act.switch
    if not switches.is_on(c, switch):
        return Done("was_not_stopped", names=(switch,))
    if switch == switches.PAUSED:
        switches.turn_off(c, switch)
        alerts.clear(c, switch, given.now)
        woken = outbox.wake_held(c, Reason.PAUSED, given.now)
        return Done("released", count=woken, names=(switch,))
    outbox.resume_program(c, switch, given.now)
    _remember(c, "rules.resume", switch, f"operator:{given.by.signed}", given)
    return Done("released", names=(switch,))


def _remember(c: Connection, action: str, switch: str, by: str, given: Given) -> None:
    """Keep when a rule or campaign stood still, as the command line does; `why` replays it."""
    kind, _, name = switch.partition(":")
    if kind in {"rule", "campaign"}:
        audit.note(c, audit.Entry(by, action, name), given.now)


DEEDS: Deeds = {Brake: _brake}
