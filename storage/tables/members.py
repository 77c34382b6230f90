"""Who we know: members, their identities, tags, profile numbers, consents."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.tables.columns import CLUSTERED, document, moment, row_id


class MemberRow(SQLModel, table=True):
    """One person. `merged_into` points from a merged member to the one who lives on.

    `provenance` names for each attribute (and `name`, `zone`, …) the account it came through, so that
    an unfollow can take it away again.
    """

    __tablename__ = "member"
    id: int | None = Field(default=None, sa_column=row_id())
    stage: str = Field(default="", index=True)
    stage_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    name: str | None = None
    zone: str | None = None
    birthday: str | None = Field(default=None, index=True)
    source: str | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    provenance: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    known_since: datetime = Field(sa_column=moment(index=True))
    review_at: datetime | None = Field(default=None, sa_column=moment(nullable=True, index=True))
    unfollowed: bool = Field(default=False)
    rfm_recency: int | None = None
    rfm_frequency: int | None = None
    rfm_monetary: int | None = None
    merged_into: int | None = Field(default=None, sa_type=BigInteger, index=True)
    erased_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class IdentityRow(SQLModel, table=True):
    """How a member is known outside: `account:platform_id`, `unionid:…`, `phone:<keyed hash>`.

    `account` is set for platform addresses only; `following` tells whether pushes can go there.
    `cipher` keeps the readable value of an identity stored by keyed hash.
    """

    __tablename__ = "identity"
    known_as: str = Field(primary_key=True)
    member_id: int = Field(sa_type=BigInteger, index=True)
    account: str = ""
    following: bool = False
    since: datetime = Field(sa_column=moment())
    source: str = ""
    cipher: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class TagRow(SQLModel, table=True):
    """A tag a member carries now; its history is in `event`, `account` is where it came through."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_name", "name", "member_id"), CLUSTERED)
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    name: str = Field(primary_key=True)
    source: str = ""
    account: str = ""
    at: datetime = Field(sa_column=moment())
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True, index=True))


class TallyRow(SQLModel, table=True):
    """Profile numbers: how often, first, last, and the sum of money, per kind of event."""

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_kind_last", "kind", "last_at", "member_id"), CLUSTERED)
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    kind: str = Field(primary_key=True)
    count: int = 0
    first_at: datetime = Field(sa_column=moment())
    last_at: datetime = Field(sa_column=moment())
    amount: int = Field(default=0, sa_type=BigInteger)


class ConsentRow(SQLModel, table=True):
    """The member's last word on a purpose; earlier words are events."""

    __tablename__ = "consent"
    __table_args__ = CLUSTERED
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    purpose: str = Field(primary_key=True)
    granted: bool = False
    at: datetime = Field(sa_column=moment())
    basis: str = ""
    proof: str = ""


class SuppressionRow(SQLModel, table=True):
    """Nothing of this purpose until then."""

    __tablename__ = "suppression"
    __table_args__ = CLUSTERED
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    purpose: str = Field(primary_key=True)
    until: datetime = Field(sa_column=moment())
    reason: str = ""


class MembershipRow(SQLModel, table=True):
    """The member is inside a segment that rules watch, since then."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_member", "member_id"), CLUSTERED)
    segment: str = Field(primary_key=True)
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    since: datetime = Field(sa_column=moment())


class TombstoneRow(SQLModel, table=True):
    """A keyed hash of an erased identity, so that a restored backup forgets again what was forgotten."""

    __tablename__ = "tombstone"
    digest: str = Field(primary_key=True)
    member_id: int = Field(sa_type=BigInteger)
    erased_at: datetime = Field(sa_column=moment())
