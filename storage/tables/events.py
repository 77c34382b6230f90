"""What happened: the inbox of callbacks, the history of events, the quarantine."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.tables.columns import document, moment, row_id


class InboxRow(SQLModel, table=True):
    """A callback or business event that was accepted; its key again means a retry.

    The key is kept as a digest, since platforms build theirs from the member's address. `answer` keeps
    the bytes given back, so that a retry gets the same ones.
    """

    __tablename__ = "inbox"
    key: str = Field(primary_key=True)
    account: str = ""
    received_at: datetime = Field(sa_column=moment())
    state: str = "done"
    answer: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class EventRow(SQLModel, table=True):
    """One event of one member; append-only, until erasure or retention."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_member_kind_at", "member_id", "kind", "at"),
        Index("ix_event_kind_at", "kind", "at"),
    )
    id: int | None = Field(default=None, sa_column=row_id())
    member_id: int = Field(sa_type=BigInteger)
    kind: str
    at: datetime = Field(sa_column=moment())
    received_at: datetime = Field(sa_column=moment())
    account: str = ""
    key: str = ""
    amount: int = Field(default=0, sa_type=BigInteger)
    properties: dict[str, Any] = Field(default_factory=dict, sa_column=document())


class QuarantineRow(SQLModel, table=True):
    """What was authentic but could not be understood or handled; nothing is thrown away."""

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, sa_column=row_id())
    key: str = Field(index=True)
    account: str = ""
    received_at: datetime = Field(sa_column=moment(index=True))
    reason: str = ""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    resolved_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class AnnouncementRow(SQLModel, table=True):
    """An event that something of ours caused outside the dispatcher; the heart hands it in and drops it.

    Written in the transaction of its cause, so neither is there without the other.
    """

    __tablename__ = "announcement"
    key: str = Field(primary_key=True)
    member_id: int = Field(sa_type=BigInteger)
    kind: str
    at: datetime = Field(sa_column=moment())
    properties: dict[str, Any] = Field(default_factory=dict, sa_column=document())
