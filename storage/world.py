"""The gates' small world, loaded for all members of a chunk with three statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, bindparam, cast, literal_column, null, select, union_all

from bot.domain.delivery.caps import horizon
from bot.domain.delivery.departures import Profile
from bot.domain.delivery.hours import month_start, zone_of
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.world import Allowance, Counted, Ledger, MemberFacts
from storage import facts
from storage.dialect import listed, within
from storage.points import ACCOUNT
from storage.reading import Query, moment_decoder, stamped
from storage.tables import table
from storage.tables.columns import UTCDateTime
from storage.tables.delivery import AllowanceRow, OutboxRow
from storage.tables.members import MemberRow

MEMBER = table(MemberRow)
ALLOWANCE = table(AllowanceRow)
OUTBOX = table(OutboxRow)
_LEFT, _COUNTED, _BUSY = range(3)


@dataclass(frozen=True, slots=True)
class Known:
    """One member's part of the world, and what a message may say of them."""

    facts: MemberFacts
    ledger: Ledger
    profile: Profile


@dataclass(slots=True)
class _Draft:
    addresses: dict[str, str] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    suppressed: dict[str, datetime] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    allowances: dict[tuple[str, str], Allowance] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    busy: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Who looks and when: `rests` as in `Ledger`, `owner` the runner whose own calls are not *busy*."""

    policy: DeliveryPolicy
    rests: Mapping[str, datetime]
    owner: str
    now: datetime


def load(c: Connection, ids: Iterable[int], view: View) -> dict[int, Known]:
    """Return the world of each of these members; an id nobody has is left out."""
    some = listed(c, ids)
    drafts: dict[int, _Draft] = {}
    rows = _MEMBERS.rows(c, ids=some)
    for row in rows:
        drafts[row[0]] = _Draft()
    _read_facts(c, some, drafts, view.now)
    _read_ledger(c, some, drafts, view)
    return {row[0]: _known(row, drafts[row[0]], view) for row in rows}


def _known(row: Sequence[Any], draft: _Draft, view: View) -> Known:
    member_id, zone, name, stage, birthday, source, level, balance = row
    return Known(
        MemberFacts(member_id, zone, draft.addresses, draft.consents, draft.suppressed),
        Ledger(tuple(draft.counted), draft.allowances, view.rests, draft.busy),
        Profile(name, stage, birthday, source, tuple(draft.tags), level or "", balance or 0),
    )


def _read_facts(c: Connection, some: Any, drafts: Mapping[int, _Draft], now: datetime) -> None:
    decode = moment_decoder(c)
    for member_id, kind, name, text, flag, _at, until in facts.SMALL.rows(c, ids=some):
        draft = drafts.get(member_id)
        if draft is None:
            continue
        if kind == facts.LINK and flag:
            draft.addresses[name] = text[len(name) + 1 :]
        elif kind == facts.TAG and (until is None or decode(until) > now):
            draft.tags.append(name)
        elif kind == facts.CONSENT:
            draft.consents[name] = bool(flag)
        elif kind == facts.SUPPRESSION:
            draft.suppressed[name] = decode(until)


def _read_ledger(c: Connection, some: Any, drafts: Mapping[int, _Draft], view: View) -> None:
    decode = moment_decoder(c)
    since = stamped(c, counted_since(view.policy, view.now))
    for member_id, kind, name, other, left, at in _LEDGER.rows(c, ids=some, since=since, owner=view.owner):
        draft = drafts.get(member_id)
        if draft is None:
            continue
        if kind == _LEFT:
            draft.allowances[name, other] = Allowance(left, decode(at) if at is not None else None)
        elif kind == _COUNTED:
            draft.counted.append(Counted(name, decode(at), other))
        else:
            draft.busy = True


def counted_since(policy: DeliveryPolicy, now: datetime) -> datetime:
    """Return since when sends must be known for the caps and quotas of this policy."""
    since = now - horizon(policy.caps)
    for route in policy.routes.values():
        if route.quota is None:
            continue
        if route.quota.per == "calendar_month":
            since = min(since, month_start(now, zone_of(None, policy.zone)))
        else:
            since = min(since, now - route.quota.per)
    return since


def _ledger(c: Connection) -> Any:
    left, sent = ALLOWANCE.c, OUTBOX.c
    nothing, no_time = literal_column("''", String), cast(null(), UTCDateTime)
    since = bindparam("since", type_=UTCDateTime)
    owner = bindparam("owner", type_=String)
    return union_all(
        select(
            left.member_id, literal_column(str(_LEFT)), left.route, left.template, left.remaining,
            left.expires_at,
        ).where(within(c, left.member_id)),
        select(
            sent.member_id, literal_column(str(_COUNTED)), sent.purpose, sent.route, literal_column("0"),
            sent.counted_at,
        ).where(within(c, sent.member_id), sent.counted_at >= since),
        select(
            sent.member_id, literal_column(str(_BUSY)), nothing, nothing, literal_column("0"), no_time
        ).where(within(c, sent.member_id), sent.state == literal_column("'sending'"), sent.owner != owner),
    )  # fmt: skip


_LEDGER = Query(_ledger)
_MEMBERS = Query(
    lambda c: (
        select(
            MEMBER.c.id,
            MEMBER.c.zone,
            MEMBER.c.name,
            MEMBER.c.stage,
            MEMBER.c.birthday,
            MEMBER.c.source,
            ACCOUNT.c.level,
            ACCOUNT.c.balance,
        )
        .outerjoin(ACCOUNT, ACCOUNT.c.member_id == MEMBER.c.id)
        .where(within(c, MEMBER.c.id))
    )
)
