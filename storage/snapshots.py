"""Members as the pure part sees them, many at once: one cheap statement a table, whatever the number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from bot.domain.folding import RECENT_RUNS
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, PastRun, PastRuns
from bot.domain.members import Holding, Link, Member, Rfm, Tally
from storage import facts
from storage.dialect import listed, lock_members
from storage.drafts import Decode, Drafts, read_small
from storage.reading import document_decoder, moment_decoder, stamped

Row = tuple[Any, ...]
_NONE: Mapping[str, Any] = MappingProxyType({})
_ACTIVE = EnrollmentState.ACTIVE.value
_STATES = {state.value: state for state in EnrollmentState}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which moments to load: the event kinds some rule counts within a window, and the longest one."""

    moment_kinds: frozenset[str] = frozenset()
    moment_window: timedelta = timedelta(0)


NOTHING = Wanted()


def load(
    connection: Connection, ids: Iterable[int], wanted: Wanted, now: datetime, *, lock: bool = True
) -> dict[int, Member]:
    """Return the members with these ids, as of `now`; an id nobody has is left out.

    With `lock` nobody else changes them before the transaction ends. Moments are those of the wanted
    kinds within the wanted window up to now and after.
    """
    chosen = sorted(set(ids))
    if not chosen:
        return {}
    if lock:
        lock_members(connection, chosen)
    given = listed(connection, chosen)
    drafts = Drafts()
    moment, document = moment_decoder(connection), document_decoder(connection)
    read_small(facts.SMALL.rows(connection, ids=given), drafts, moment)
    _read_tallies(connection, given, drafts, moment)
    _read_runs(connection, given, drafts, moment, document)
    _read_holdings(connection, given, drafts, moment)
    if wanted.moment_kinds:
        since = stamped(connection, now - wanted.moment_window)
        kinds = listed(connection, sorted(wanted.moment_kinds))
        for member_id, kind, at in facts.MOMENTS.rows(connection, ids=given, kinds=kinds, since=since):
            drafts.moments.setdefault(member_id, {}).setdefault(kind, []).append(moment(at))
    unmoved = dict.fromkeys(sorted(wanted.moment_kinds), ())
    return {
        row[0]: _member(row, drafts, unmoved, moment, document)
        for row in facts.MEMBERS.rows(connection, ids=given)
    }


def _read_tallies(connection: Connection, given: Any, drafts: Drafts, moment: Decode) -> None:
    for member_id, kind, count, first, last, amount in facts.TALLIES.rows(connection, ids=given):
        began = moment(first)
        tally = Tally(count, began, began if first == last else moment(last), amount)
        drafts.tallies.setdefault(member_id, {})[kind] = tally


def _read_runs(connection: Connection, given: Any, drafts: Drafts, moment: Decode, document: Decode) -> None:
    finished: dict[tuple[int, str], list[Row]] = {}
    for row in facts.RUNS.rows(connection, ids=given):
        if row[facts.STATE] == _ACTIVE or row[facts.DUE_AT]:
            drafts.runs.setdefault(row[0], []).append(enrollment(row, moment, document))
        if row[facts.STATE] != _ACTIVE:
            finished.setdefault((row[0], row[facts.RULE]), []).append(row)
    for (member_id, rule), rows in finished.items():
        drafts.past.setdefault(member_id, {})[rule] = _past(rows, moment)


def _past(rows: list[Row], moment: Decode) -> PastRuns:
    recent = tuple(PastRun(row[facts.KEY], moment(row[facts.ENTERED_AT])) for row in rows[:RECENT_RUNS])
    ends = [row[facts.ENDED_AT] for row in rows if row[facts.ENDED_AT]]
    return PastRuns(len(rows), recent[0].entered_at, moment(max(ends)) if ends else None, recent)


def _read_holdings(connection: Connection, given: Any, drafts: Drafts, moment: Decode) -> None:
    # Oldest first, so that the newest of a batch is what stays.
    for member_id, batch, state, at, expires, code in facts.HOLDINGS.rows(connection, ids=given):
        drafts.holdings.setdefault(member_id, {})[batch] = Holding(
            batch, state, moment(at), moment(expires) if expires else None, code
        )


def enrollment(row: Row, moment: Decode, document: Decode) -> Enrollment:
    """Return the run behind a row of `storage.facts.runs`."""
    (member_id, key, rule, version, name, step, entered, began, due, sent, waiting, rounds, context,
     held_out, arm, goal, state, ended, reason) = row  # fmt: skip
    return Enrollment(
        id=key,
        rule=rule,
        version=version,
        member_id=member_id,
        key=name,
        state=_STATES[state],
        step=step,
        entered_at=moment(entered),
        began_at=moment(began),
        due_at=moment(due) if due else None,
        sent_at=moment(sent) if sent else None,
        waiting_for=waiting,
        rounds=document(rounds),
        context=document(context),
        held_out=bool(held_out),
        arm=arm,
        goal_at=moment(goal) if goal else None,
        ended_at=moment(ended) if ended else None,
        reason=reason,
    )


def _member(
    row: Row, drafts: Drafts, unmoved: Mapping[str, tuple[datetime, ...]], moment: Decode, document: Decode
) -> Member:
    (member_id, known_since, stage, stage_since, name, zone, birthday, source, attributes,
     recency, frequency, monetary, review) = row  # fmt: skip
    links = drafts.links.get(member_id, ())
    moments = drafts.moments.get(member_id)
    return Member(
        id=member_id,
        known_since=moment(known_since),
        stage=stage,
        stage_since=moment(stage_since) if stage_since else None,
        name=name,
        zone=zone,
        birthday=birthday,
        source=source,
        attributes=document(attributes),
        tags=drafts.tags.get(member_id, _NONE),
        tallies=drafts.tallies.get(member_id, _NONE),
        moments={**unmoved, **{k: tuple(sorted(v, reverse=True)) for k, v in moments.items()}}
        if moments
        else unmoved,
        consents=drafts.consents.get(member_id, _NONE),
        suppressed=drafts.suppressed.get(member_id, _NONE),
        memberships=frozenset(drafts.memberships.get(member_id, ())),
        groups=drafts.groups.get(member_id, _NONE),
        rfm=Rfm(recency, frequency, monetary) if recency is not None else None,
        links=tuple(sorted(links, key=_door) if len(links) > 1 else links),
        holdings=drafts.holdings.get(member_id, _NONE),
        runs=tuple(reversed(drafts.runs.get(member_id, ()))),
        past=drafts.past.get(member_id, _NONE),
        review_at=moment(review) if review else None,
    )


def _door(link: Link) -> tuple[str, str]:
    return link.account, link.address
