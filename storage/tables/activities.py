"""What members do in activities: draws, invitations, groups that buy, answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.tables.columns import document, moment, row_id


class DrawRow(SQLModel, table=True):
    """One lottery as it was opened: its terms fixed, its secret sealed and published as a hash.

    `commitment` is the SHA-256 of the seed in hexadecimal; `seed` stays sealed until `revealed_at`.
    `state` is ``open``, ``frozen`` (no more entries), ``drawn``, or ``void``.
    """

    __tablename__ = "draw"
    name: str = Field(primary_key=True)
    kind: str
    state: str = "open"
    terms: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    commitment: str = ""
    seed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    revealed: str = ""
    entries: int = 0
    digest: str = ""
    opened_at: datetime = Field(sa_column=moment())
    frozen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    revealed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class DrawEntryRow(SQLModel, table=True):
    """One chance of one member; `number` counts from 1 without a gap. `prize` is empty until it is known.

    `who` and `token` stand for the member and the callback in what is published; keyed, and the same for
    ever. `given` is ``given``, or why the prize could not be; ``operator`` for an entry struck from the draw.
    """

    __tablename__ = "draw_entry"
    __table_args__ = (
        Index("ix_draw_entry_number", "draw", "number", unique=True),
        Index("ix_draw_entry_member", "member_id", "draw"),
    )
    id: int | None = Field(default=None, sa_column=row_id())
    draw: str
    number: int
    member_id: int = Field(sa_type=BigInteger)
    key: str = Field(unique=True)
    at: datetime = Field(sa_column=moment())
    who: str = ""
    token: str = ""
    prize: str = ""
    given: str = ""


class DrawPrizeRow(SQLModel, table=True):
    """How many of a prize are there and gone; empty `stock` is without bound."""

    __tablename__ = "draw_prize"
    draw: str = Field(primary_key=True)
    prize: str = Field(primary_key=True)
    stock: int | None = None
    given: int = 0


class InvitationRow(SQLModel, table=True):
    """A member's own code to invite by; the scene of their personal QR code.

    Until the platform made it, `url` is empty, `attempts` were begun, and the next may begin at `due_at`.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_due", "url", "due_at"),)
    member_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    scene: str = Field(unique=True)
    at: datetime = Field(sa_column=moment())
    account: str = ""
    ticket: str = ""
    url: str = ""
    attempts: int = 0
    due_at: datetime = Field(sa_column=moment())


class ReferralRow(SQLModel, table=True):
    """Who was brought by whom; one row a newcomer (`member_id`) for ever.

    `state` is ``followed``, ``qualified``, ``held`` (looks like abuse, `flags` says why), ``rewarded``,
    ``clawed_back`` or ``refused``.
    """

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_inviter", "inviter_id", "at"),)
    member_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    inviter_id: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())
    state: str = "followed"
    flags: str = ""
    order_id: str = ""
    qualified_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    settled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PartyRow(SQLModel, table=True):
    """A group that buys together; `state` is ``open``, ``filled`` or ``expired``."""

    __tablename__ = "party"
    __table_args__ = (Index("ix_party_state", "state", "expires_at"),)
    id: int | None = Field(default=None, sa_column=row_id())
    code: str = Field(unique=True)
    name: str
    size: int
    coupon: str
    joined: int = 0
    state: str = "open"
    at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    group: str = ""


class PartyMemberRow(SQLModel, table=True):
    """Who joined which group that buys, the first to lead it, and the key of the coupon set aside.

    `places` is how many of the group are theirs: more than one where members who each had a place turned out
    to be one person after it had ended.
    """

    __tablename__ = "party_member"
    party_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    member_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, index=True))
    at: datetime = Field(sa_column=moment())
    coupon_key: str = ""
    places: int = 1


class AnswerRow(SQLModel, table=True):
    """What a member answered to a survey, a vote or a quiz; once each, by `key`."""

    __tablename__ = "answer"
    __table_args__ = (Index("ix_answer_name", "name", "at"),)
    id: int | None = Field(default=None, sa_column=row_id())
    key: str = Field(unique=True)
    name: str
    member_id: int = Field(sa_type=BigInteger, index=True)
    at: datetime = Field(sa_column=moment())
    choice: str = ""
    score: int | None = None
    text: str = ""
    group: str = ""
