"""Runs through rules, rule versions, firings of the timetable, hand-offs."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.tables.columns import document, moment, row_id


class EnrollmentRow(SQLModel, table=True):
    """A member's run through a rule; see `bot.domain.lifecycle.enrollment.Enrollment`."""

    __tablename__ = "enrollment"
    __table_args__ = (
        Index("ix_enrollment_due", "state", "due_at"),
        Index("ix_enrollment_member", "member_id", "rule"),
        Index("ix_enrollment_waiting", "waiting_for"),
    )
    id: str = Field(primary_key=True)
    rule: str = Field(index=True)
    version: str = ""
    member_id: int = Field(sa_type=BigInteger)
    key: str = ""
    state: str = "active"
    step: str = ""
    entered_at: datetime = Field(sa_column=moment())
    began_at: datetime = Field(sa_column=moment())
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    waiting_for: str = ""
    rounds: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    context: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    held_out: bool = False
    arm: str = ""
    goal_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    reason: str = ""


class EnrollmentStepRow(SQLModel, table=True):
    """Append-only trail of a run: which step, when, what came of it; `why` replays it."""

    __tablename__ = "enrollment_step"
    id: int | None = Field(default=None, sa_column=row_id())
    enrollment_id: str = Field(index=True)
    step: str
    at: datetime = Field(sa_column=moment())
    state: str = ""
    reason: str = ""


class ConfigVersionRow(SQLModel, table=True):
    """Every configuration that ever ran, by hash."""

    __tablename__ = "config_version"
    digest: str = Field(primary_key=True)
    at: datetime = Field(sa_column=moment())
    body: dict[str, Any] = Field(default_factory=dict, sa_column=document())


class FiringRow(SQLModel, table=True):
    """A firing of the timetable: the unique row decides who does it, once."""

    __tablename__ = "firing"
    job: str = Field(primary_key=True)
    nominal: datetime = Field(sa_column=moment(primary_key=True))
    at: datetime = Field(sa_column=moment())
    done_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    note: str = ""


class HandoffRow(SQLModel, table=True):
    """A person of this queue is asked to look at the member."""

    __tablename__ = "handoff"
    __table_args__ = (Index("ix_handoff_open", "state", "queue", "due_at"),)
    key: str = Field(primary_key=True)
    member_id: int = Field(sa_type=BigInteger, index=True)
    queue: str
    note: str = ""
    context: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    at: datetime = Field(sa_column=moment())
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    state: str = "open"
    taken_by: str = ""
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
