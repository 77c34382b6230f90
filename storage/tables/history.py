"""Append-only: what of a member changed and when, where `event` does not tell; `why` replays it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.tables.columns import moment, row_id


class SegmentChangeRow(SQLModel, table=True):
    """The member crossed the edge of a segment that rules watch; who stood in it before that has no row."""

    __tablename__ = "segment_change"
    __table_args__ = (Index("ix_segment_change_member", "member_id"),)
    id: int | None = Field(default=None, sa_column=row_id())
    member_id: int = Field(sa_type=BigInteger)
    segment: str
    inside: bool
    at: datetime = Field(sa_column=moment())


class ScoreChangeRow(SQLModel, table=True):
    """The member's nightly scores moved to these."""

    __tablename__ = "score_change"
    __table_args__ = (Index("ix_score_change_member", "member_id"),)
    id: int | None = Field(default=None, sa_column=row_id())
    member_id: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())
    recency: int
    frequency: int
    monetary: int
