"""The statements that `storage.snapshots` reads members with."""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from storage.dialect import within
from storage.reading import Gathered, Query
from storage.tables import table
from storage.tables.columns import UTCDateTime
from storage.tables.delivery import CouponRow
from storage.tables.events import EventRow
from storage.tables.groups import GroupMemberRow, GroupRow
from storage.tables.lifecycle import EnrollmentRow
from storage.tables.members import (
    ConsentRow,
    IdentityRow,
    MemberRow,
    MembershipRow,
    SuppressionRow,
    TagRow,
    TallyRow,
)

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)
TAG_TABLE = table(TagRow)
TALLY = table(TallyRow)
CONSENT_TABLE = table(ConsentRow)
SUPPRESSION_TABLE = table(SuppressionRow)
MEMBERSHIP = table(MembershipRow)
GROUP = table(GroupRow)
INSIDE_GROUP = table(GroupMemberRow)
ENROLLMENT = table(EnrollmentRow)
COUPON = table(CouponRow)
EVENT = table(EventRow)

# Places in a row of RUNS.
RULE, KEY, ENTERED_AT, DUE_AT, STATE, ENDED_AT = 2, 4, 6, 8, 16, 17
TAG, LINK, CONSENT, SUPPRESSION, INSIDE, IN_GROUP = range(6)


def _members(c: Connection) -> Select[Any]:
    m = MEMBER.c
    return select(
        m.id, m.known_since, m.stage, m.stage_since, m.name, m.zone, m.birthday, m.source, m.attributes,
        m.rfm_recency, m.rfm_frequency, m.rfm_monetary, m.review_at,
    ).where(within(c, m.id))  # fmt: skip


def ever_tied() -> ColumnElement[bool]:
    """Return whether the account itself ever told of this address; a shop's word alone is no tie."""
    return or_(IDENTITY.c.following, IDENTITY.c.source == IDENTITY.c.account)


# Each of the small tables as: member, which, name, text, flag, since, until.
_NO_FLAG = cast(null(), Boolean)
_NO_TIME = cast(null(), UTCDateTime)
_NO_TEXT = literal_column("''", String)


def _links(c: Connection) -> Select[Any]:
    link = IDENTITY.c
    return select(
        link.member_id, literal_column(str(LINK)), link.account, link.known_as, link.following, link.since,
        _NO_TIME,
    ).where(within(c, link.member_id), link.account != _NO_TEXT, ever_tied())  # fmt: skip


def _tags(c: Connection) -> Select[Any]:
    tag = TAG_TABLE.c
    return select(
        tag.member_id, literal_column(str(TAG)), tag.name, tag.source, _NO_FLAG, tag.at, tag.expires_at
    ).where(within(c, tag.member_id))


def _consents(c: Connection) -> Select[Any]:
    word = CONSENT_TABLE.c
    return select(
        word.member_id, literal_column(str(CONSENT)), word.purpose, word.basis, word.granted, word.at,
        _NO_TIME,
    ).where(within(c, word.member_id))  # fmt: skip


def _suppressions(c: Connection) -> Select[Any]:
    one = SUPPRESSION_TABLE.c
    return select(
        one.member_id, literal_column(str(SUPPRESSION)), one.purpose, _NO_TEXT, _NO_FLAG, _NO_TIME, one.until
    ).where(within(c, one.member_id))


def _memberships(c: Connection) -> Select[Any]:
    inside = MEMBERSHIP.c
    return select(
        inside.member_id, literal_column(str(INSIDE)), inside.segment, _NO_TEXT, _NO_FLAG, _NO_TIME, _NO_TIME
    ).where(within(c, inside.member_id))


def _groups(c: Connection) -> Select[Any]:
    inside = INSIDE_GROUP.c
    return select(
        inside.member_id, literal_column(str(IN_GROUP)), inside.chat, GROUP.c.name, _NO_FLAG,
        inside.joined_at, _NO_TIME,
    ).where(
        within(c, inside.member_id), inside.left_at.is_(None), GROUP.c.known_as == inside.chat
    )  # fmt: skip


def _small(c: Connection) -> Any:
    return union_all(_links(c), _tags(c), _consents(c), _suppressions(c), _memberships(c), _groups(c))


def _stances(c: Connection) -> Any:
    return union_all(_tags(c), _consents(c), _suppressions(c))


def _tallies(c: Connection) -> Select[Any]:
    t = TALLY.c
    return select(t.member_id, t.kind, t.count, t.first_at, t.last_at, t.amount).where(within(c, t.member_id))


def _moments(c: Connection) -> Select[Any]:
    e = EVENT.c
    since = bindparam("since", type_=UTCDateTime)
    return select(e.member_id, e.kind, e.at).where(
        within(c, e.member_id), within(c, e.kind, "kinds"), e.at > since
    )


def runs(c: Connection) -> Select[Any]:
    """Return the runs of members, newest first."""
    e = ENROLLMENT.c
    return (
        select(
            e.member_id, e.id, e.rule, e.version, e.key, e.step, e.entered_at, e.began_at, e.due_at,
            e.sent_at, e.waiting_for, e.rounds, e.context, e.held_out, e.arm, e.goal_at, e.state,
            e.ended_at, e.reason,
        )
        .where(within(c, e.member_id))
        .order_by(e.entered_at.desc(), e.id.desc())
    )  # fmt: skip


def _holdings(c: Connection) -> Select[Any]:
    p = COUPON.c
    since = func.coalesce(p.issued_at, p.at)
    return (
        select(p.member_id, p.batch, p.state, since, p.expires_at, p.code)
        .where(within(c, p.member_id), since.is_not(None))
        .order_by(since, p.id)
    )


MEMBERS = Query(_members)
SMALL = Query(_small)
STANCES = Gathered(_stances)
TALLIES = Query(_tallies)
MOMENTS = Query(_moments)
RUNS = Query(runs)
HOLDINGS = Query(_holdings)
