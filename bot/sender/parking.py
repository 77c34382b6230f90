"""When a chunk fails as a whole: find the row that breaks it, set that one aside, let the others go."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import structlog

from bot.domain.delivery.departures import Departure, Outcome
from bot.domain.errors import StorageUnavailable
from storage import outbox
from storage.database import Database
from storage.outbox import Ask, Claimed
from storage.outbox.due import first_due

log = structlog.get_logger("sender")


async def one_by_one(database: Database, results: Sequence[Outcome], ask: Ask) -> Claimed:
    """Record and claim row by row; a row that can't be claimed is parked as poison."""
    for result in results:
        await _record(database, result, ask)
    rows = await database.write(lambda c: first_due(c, ask.ids, ask.limit, ask.now))
    departures: list[Departure] = []
    for row_id, _ in rows:
        try:
            single = replace(ask, ids=(row_id,), limit=1)
            departures += (await database.write(partial(outbox.claim_due, ask=single))).departures
        except StorageUnavailable:
            raise
        except Exception as error:  # this is the row, or one of several
            log.exception("row_parked", row=row_id)
            words = type(error).__name__
            await database.write(partial(outbox.park, row_id=row_id, detail=words, now=ask.now))
    return Claimed(departures, looked=len(rows))


async def _record(database: Database, result: Outcome, ask: Ask) -> None:
    try:
        await database.write(lambda c: outbox.record(c, [result], ask.owner, ask.policy, ask.now))
    except StorageUnavailable:
        raise
    except Exception:  # it stays *sending*; whoever follows this process marks it unknown
        log.exception("result_not_recorded", row=result.departure.id)
