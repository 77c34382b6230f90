"""The pass over what time has made due: page by page, one transaction each.

Only members with a due run or a due look are touched, found by index. A page that dies leaves nothing
behind and is done again; a member whose rules fail is parked alone, with everybody else going on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.effects import Effect, Emit
from bot.domain.errors import StorageUnavailable
from bot.domain.events import InboundEvent
from bot.domain.folding import fold
from bot.domain.lifecycle.decide import advance, decide, review
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.lifecycle.settling import emitted
from bot.domain.members import Member
from bot.domain.outbox import OutboxState
from storage import due, effects, enrollments, events, full_pass, members
from storage.database import Connection, Database
from storage.members import Wanted

PAGE = 256
MAX_DEPTH = 5
PARKED_FOR = timedelta(hours=1)

Looked = tuple[int, int]

log = structlog.get_logger("lifecycle")


@dataclass(slots=True)
class Turn:
    """One member being looked at: as they stand now, and what it led to."""

    member: Member
    effects: list[Effect] = field(default_factory=list)
    happened: list[InboundEvent] = field(default_factory=list)

    def do(self, found: Sequence[Effect]) -> list[InboundEvent]:
        """Let the member feel effects; return the events among them."""
        for effect in found:
            self.member = fold(self.member, effect)
        self.effects += found
        return [emitted(effect) for effect in found if isinstance(effect, Emit)]

    def hear(self, book: Rulebook, announced: list[InboundEvent], now: datetime) -> None:
        """Let the rules hear events that came of earlier ones, a few turns deep."""
        for _ in range(MAX_DEPTH):
            following: list[InboundEvent] = []
            for event in announced:
                self.member = self.member.did(event.kind, event.at, event.amount)
                self.happened.append(event)
                following += self.do(decide(book, event, self.member, now))
            announced = following
            if not announced:
                return


async def run_due(
    database: Database, book: Rulebook, now: datetime, limit: int = 100_000, page: int = PAGE
) -> int:
    """Look at every member that is due, at most `limit`; return how many were looked at.

    Raises StorageUnavailable when the database is gone; what was committed stays done.
    """
    done = 0
    rules = [rule.name for rule in book.ordered]
    soonest = await database.read(lambda c: due.next_due(c, rules))
    if soonest is None or soonest > now:
        return 0  # most beats find nothing, and a look is cheaper than a transaction that may write
    while done < limit:
        taken, looked = await _one_page(database, book, now, min(page, limit - done))
        done += looked
        if taken < page:
            break  # that was all; what it made due itself is the next beat's
    return done


async def _one_page(database: Database, book: Rulebook, now: datetime, size: int) -> Looked:
    try:
        return await database.write(lambda c: work(c, book, now, size))
    except StorageUnavailable:
        raise
    except Exception:  # one member the database refuses must not hold up the page
        log.exception("page_failed", size=size)
    done = 0
    for _ in range(size):
        taken, looked = await _alone(database, book, now)
        done += looked
        if not taken:
            break
    return done, done


async def _alone(database: Database, book: Rulebook, now: datetime) -> Looked:
    taken: list[int] = []

    def work_alone(connection: Connection) -> Looked:
        taken[:] = _take(connection, book, now, 1)
        return _look_at(connection, book, taken, now)

    try:
        return await database.write(work_alone)
    except StorageUnavailable:
        raise
    except Exception:  # parked, with its reason in the log, and tried again later
        log.exception("member_parked", members=taken)
        await database.write(lambda c: due.park(c, taken, now + PARKED_FOR, now))
        return len(taken), len(taken)


def run_full(connection: Connection, book: Rulebook, now: datetime) -> full_pass.Seen:
    """Bring everybody up to date with a new book, set-based, inside the caller's transaction.

    To be done at start and after every change of the configuration, before events are decided with the
    new book. The next looks of all members become due; `run_due` takes them page by page.
    """
    return full_pass.run(connection, book, now)


def work(connection: Connection, book: Rulebook, now: datetime, size: int) -> Looked:
    """Do one page inside its transaction; return how many members were taken and really due."""
    return _look_at(connection, book, _take(connection, book, now, size), now)


def _take(connection: Connection, book: Rulebook, now: datetime, size: int) -> list[int]:
    working = [rule.name for rule in book.ordered]
    return due.take(connection, working, now, size)


def _look_at(connection: Connection, book: Rulebook, ids: list[int], now: datetime) -> Looked:
    if not ids:
        return 0, 0
    wanted = Wanted(book.moment_kinds, book.moment_window)
    known = members.load(connection, ids, wanted, now)
    due.forget(connection, [each for each in ids if each not in known], now)
    waiting = {run.waiting_for for member in known.values() for run in member.runs if run.waiting_for}
    states = enrollments.outcomes(connection, waiting)
    turns: list[Turn] = []
    failed: list[int] = []
    # What another worker did between our choosing a member and holding them is not due any more.
    ready = [member_id for member_id in sorted(known) if _is_due(known[member_id], now)]
    for member_id in ready:
        try:
            turns.append(look_at(book, known[member_id], states, now))
        except Exception:  # one member's fault is parked alone, see PARKED_FOR
            log.exception("member_parked", members=[member_id])
            failed.append(member_id)
    _apply(connection, book, turns, now)
    due.park(connection, failed, now + PARKED_FOR, now)
    return len(ids), len(ready)


def _is_due(member: Member, now: datetime) -> bool:
    looks = [member.review_at, *(run.due_at for run in member.runs if run.active)]
    return any(at is not None and at <= now for at in looks)


def look_at(book: Rulebook, member: Member, states: Mapping[str, OutboxState], now: datetime) -> Turn:
    """Return what the passing of time leads to for a member: the look that is due, then the runs that are."""
    turn = Turn(member)
    announced: list[InboundEvent] = []
    if member.review_at is not None and member.review_at <= now:
        announced += turn.do(review(book, turn.member, now))
    for run_id in [run.id for run in turn.member.runs if run.active]:
        run = next((each for each in turn.member.runs if each.id == run_id and each.active), None)
        if run is not None and run.due_at is not None and run.due_at <= now:
            announced += turn.do(advance(book, run, turn.member, now, states))
    turn.hear(book, announced, now)
    return turn


def _apply(connection: Connection, book: Rulebook, turns: Sequence[Turn], now: datetime) -> None:
    pending = [turn for turn in turns if turn.effects or turn.happened]
    for _ in range(MAX_DEPTH):
        happened = [events.Happened.of(turn.member.id, event) for turn in pending for event in turn.happened]
        events.append(connection, happened, now)
        applied = effects.apply(connection, [turn.effects for turn in pending], now)
        again: list[Turn] = []
        for turn, outcome in zip(pending, applied.outcomes, strict=True):
            turn.effects, turn.happened = [], []
            announced = [emitted(effect) for effect in outcome if isinstance(effect, Emit)]
            turn.hear(book, announced, now)
            if announced:
                again.append(turn)
        pending = again
        if not pending:
            return
