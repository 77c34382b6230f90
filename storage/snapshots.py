"""Members as the pure part sees them, many at once: one cheap statement a table, whatever the number."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.domain.folding import RECENT_RUNS
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, PastRun, PastRuns
from bot.domain.members import Consent, Holding, Link, Member, Rfm, Tag, Tally
from storage import facts
from storage.dialect import listed, lock_members
from storage.reading import document_decoder, moment_decoder, stamped

Decode = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which moments to load: the event kinds some rule counts within a window, and the longest one."""

    moment_kinds: frozenset[str] = frozenset()
    moment_window: timedelta = timedelta(0)


NOTHING = Wanted()


@dataclass(slots=True)
class _Draft:
    """The facts of one member while they are being gathered."""

    tags: dict[str, Tag] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    moments: dict[str, list[datetime]] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    suppressed: dict[str, datetime] = field(default_factory=dict)
    memberships: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    holdings: dict[str, Holding] = field(default_factory=dict)
    runs: list[Enrollment] = field(default_factory=list)
    past: dict[str, PastRuns] = field(default_factory=dict)


Drafts = Mapping[int, _Draft]


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
    drafts = {member_id: _Draft() for member_id in chosen}
    moment, document = moment_decoder(connection), document_decoder(connection)
    _read_small(connection, given, drafts, moment)
    _read_tallies(connection, given, drafts, moment)
    _read_runs(connection, given, drafts, moment, document)
    _read_holdings(connection, given, drafts, moment)
    if wanted.moment_kinds:
        since = stamped(connection, now - wanted.moment_window)
        _read_moments(connection, given, drafts, wanted, since)
    return {
        row[0]: _member(row, drafts[row[0]], moment, document)
        for row in facts.MEMBERS.rows(connection, ids=given)
    }


def _read_small(connection: Connection, given: Any, drafts: Drafts, moment: Decode) -> None:
    for member_id, kind, name, text, flag, at, until in facts.SMALL.rows(connection, ids=given):
        draft = drafts[member_id]
        if kind == facts.TAG:
            draft.tags[name] = Tag(name, text, moment(at), moment(until) if until else None)
        elif kind == facts.LINK:
            draft.links.append(Link(name, text.partition(":")[2], bool(flag), moment(at)))
        elif kind == facts.CONSENT:
            draft.consents[name] = Consent(bool(flag), moment(at), text)
        elif kind == facts.SUPPRESSION:
            draft.suppressed[name] = moment(until)
        else:
            draft.memberships.append(name)


def _read_tallies(connection: Connection, given: Any, drafts: Drafts, moment: Decode) -> None:
    for member_id, kind, count, first, last, amount in facts.TALLIES.rows(connection, ids=given):
        drafts[member_id].tallies[kind] = Tally(count, moment(first), moment(last), amount)


def _read_moments(connection: Connection, given: Any, drafts: Drafts, wanted: Wanted, since: Any) -> None:
    moment = moment_decoder(connection)
    kinds = sorted(wanted.moment_kinds)
    for draft in drafts.values():
        draft.moments = {kind: [] for kind in kinds}
    found = facts.MOMENTS.rows(connection, ids=given, kinds=listed(connection, kinds), since=since)
    for member_id, kind, at in found:
        drafts[member_id].moments[kind].append(moment(at))


def _read_runs(connection: Connection, given: Any, drafts: Drafts, moment: Decode, document: Decode) -> None:
    for row in facts.RUNS.rows(connection, ids=given):
        drafts[row[0]].runs.append(_enrollment(row, moment, document))
    finished: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for row in facts.PAST.rows(connection, ids=given):
        finished.setdefault(row[:2], []).append(row)
    for (member_id, rule), rows in finished.items():
        drafts[member_id].past[rule] = _past(rows, moment)


def _past(rows: list[tuple[Any, ...]], moment: Decode) -> PastRuns:
    recent = tuple(PastRun(key, moment(entered)) for _, _, key, entered, _ in rows[:RECENT_RUNS])
    ends = [ended for *_, ended in rows if ended]
    return PastRuns(len(rows), recent[0].entered_at, moment(max(ends)) if ends else None, recent)


def _read_holdings(connection: Connection, given: Any, drafts: Drafts, moment: Decode) -> None:
    # Oldest first, so that the newest of a batch is what stays.
    for member_id, batch, state, at, expires, code in facts.HOLDINGS.rows(connection, ids=given):
        drafts[member_id].holdings[batch] = Holding(
            batch, state, moment(at), moment(expires) if expires else None, code
        )


def _enrollment(row: tuple[Any, ...], moment: Decode, document: Decode) -> Enrollment:
    (member_id, key, rule, version, name, step, entered, began, due, sent, waiting, rounds, context,
     held_out, arm, goal, state, ended, reason) = row  # fmt: skip
    return Enrollment(
        id=key,
        rule=rule,
        version=version,
        member_id=member_id,
        key=name,
        state=EnrollmentState(state),
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


def _member(row: tuple[Any, ...], draft: _Draft, moment: Decode, document: Decode) -> Member:
    (member_id, known_since, stage, stage_since, name, zone, birthday, source, attributes, active,
     recency, frequency, monetary, review) = row  # fmt: skip
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
        tags=draft.tags,
        tallies=draft.tallies,
        moments={kind: tuple(sorted(times, reverse=True)) for kind, times in draft.moments.items()},
        last_active_at=moment(active) if active else None,
        consents=draft.consents,
        suppressed=draft.suppressed,
        memberships=frozenset(draft.memberships),
        rfm=Rfm(recency, frequency, monetary) if recency is not None else None,
        links=tuple(sorted(draft.links, key=lambda link: (link.account, link.address))),
        holdings=draft.holdings,
        runs=tuple(draft.runs),
        past=draft.past,
        review_at=moment(review) if review else None,
    )
