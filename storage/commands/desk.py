"""Finds what carries out an order and what answers a question."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain.commanding.acts import Done
from bot.domain.commanding.plans import Card
from storage.commands import (
    arms,
    brakes,
    cases,
    circles,
    confirming,
    people,
    planned,
    play,
    programs,
    proposing,
    reading,
    referring,
    standing,
    tagging,
    trying,
    undoing,
)  # fmt: skip
from storage.commands.orders import Deeds, Given, Looks

LOOKS: Looks = {
    **standing.LOOKS, **people.LOOKS, **circles.LOOKS, **cases.LOOKS, **programs.LOOKS,
    **planned.LOOKS, **arms.LOOKS, **play.LOOKS, **referring.LOOKS, **reading.LOOKS,
}  # fmt: skip
DEEDS: Deeds = {
    **tagging.DEEDS, **circles.DEEDS, **brakes.DEEDS, **cases.DEEDS, **proposing.DEEDS, **confirming.DEEDS,
    **undoing.DEEDS, **trying.DEEDS, **arms.DEEDS, **play.DEEDS, **referring.DEEDS,
}  # fmt: skip


def look(c: Connection, ask: object, now: datetime) -> Any:
    """Return what a question finds; nothing is written."""
    return LOOKS[type(ask)](c, ask, now)


def dry_run(c: Connection, act: object, given: Given) -> Done | Card:
    """Return what would come of an order; everything it wrote is taken back."""
    with c.begin_nested() as tried:
        done = carry_out(c, act, given)
        tried.rollback()
    return done


def carry_out(c: Connection, act: object, given: Given) -> Done | Card:
    """Carry an order out."""
    return DEEDS[type(act)](c, act, given)
