"""Complaints that no keyword names: what members said is looked at again, after it is stored."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from bot.complaints import Model, load
from bot.config.model import Complaints
from bot.dispatcher import Dispatcher
from bot.domain.clock import monotonic
from bot.domain.commanding.lines import spoken
from bot.domain.events import COMPLAINT_OPENED, InboundEvent, Scalar
from bot.domain.identity import NUMBER, identity, number_of
from bot.domain.words import mentions
from storage import chores, utterances
from storage.database import Connection, Database
from storage.utterances import Utterance

PLACE = "complaints:heard"
PAGE = 500
# What is older at the very first look is history; nobody waits for an answer to it.
LATELY = timedelta(minutes=10)
# Less is no complaint, and hardly a word.
SHORTEST = 4
# A virtual clock runs through many beats in a second; more looks than this hear nothing sooner.
EVERY_S = 0.2


class Overhearing:
    """A pass of the heart with a mind of its own; it makes nothing due and stops no virtual clock."""

    def __init__(self, database: Database, dispatcher: Dispatcher, complaints: Complaints | None) -> None:
        """Hear for the configured queue; without one, or without a model, hear nothing."""
        self._database = database
        self._dispatcher = dispatcher
        self._complaints = complaints
        self._looked = float("-inf")

    async def run(self, now: datetime) -> int:
        """Judge a page of what was said since the last time; return how many complaints were found."""
        complaints = self._complaints
        if complaints is None or not complaints.model or monotonic() - self._looked < EVERY_S:
            return 0
        self._looked = monotonic()
        said, last = await self._database.read(partial(_fresh, now=now))
        if last is None:
            return 0
        found = await asyncio.to_thread(_judged, said, complaints) if said else []
        if found:
            await self._dispatcher.accept([_opened(one, now) for one in found])
        await self._database.write(partial(_keep, last=last, now=now))
        return len(found)


def _fresh(c: Connection, now: datetime) -> tuple[list[Utterance], int | None]:
    """Return what was said since the last look, at the very first look of late, and where that ends."""
    kept, last = chores.cursor(c, PLACE), utterances.last(c)
    place = int(kept) if kept else utterances.last(c, now - LATELY) or 0
    if last is None or last <= place:
        return [], None
    said = utterances.since(c, place, PAGE)
    return said, said[-1].id if len(said) == PAGE else last


def _keep(c: Connection, last: int, now: datetime) -> None:
    chores.keep(c, PLACE, chores.Progress(str(last)), now)


def _judged(said: list[Utterance], complaints: Complaints) -> list[Utterance]:
    # What many say alike (a greeting, a question about the shop) is judged once.
    lines = {one.text for one in said if len(one.text) >= SHORTEST}
    complaining = {text for text in lines if _complains(complaints, text)}
    return [one for one in said if one.text in complaining]


def _complains(complaints: Complaints, text: str) -> bool:
    """Tell whether a line complains without any of the words, which open a complaint by themselves."""
    model: Model | None = load()
    if model is None or spoken(text) or mentions(text, complaints.keywords) is not None:
        return False
    return model.score(text) >= complaints.threshold


def _opened(one: Utterance, now: datetime) -> InboundEvent:
    told: dict[str, Scalar] = {
        "complaint_id": sha256(one.key.encode()).hexdigest()[:16],
        "text": one.text[:500],
        "by": "model",
    }
    if one.group:
        told["group_name"] = one.group
    return InboundEvent(
        # As the keyword's own, so that one message never opens two.
        key=f"{one.key}#complaint",
        account="clock",
        kind=COMPLAINT_OPENED,
        at=min(one.at, now),
        known_as=identity(NUMBER, number_of(one.member_id)),
        properties=told,
    )
