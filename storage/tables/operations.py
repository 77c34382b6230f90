"""Running the house: switches, operators, audit, alerts, progress of long chores."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.tables.columns import document, moment, row_id


class SwitchRow(SQLModel, table=True):
    """A runtime switch: ``paused``, ``fenced``, ``rule:winback``, ``account:shop``."""

    __tablename__ = "switch"
    name: str = Field(primary_key=True)
    value: str = ""
    at: datetime = Field(sa_column=moment())
    by: str = ""


class OperatorRow(SQLModel, table=True):
    """An operator, by authenticated platform identity only."""

    __tablename__ = "operator"
    known_as: str = Field(primary_key=True)
    name: str = ""
    role: str = "reader"
    bound_at: datetime = Field(sa_column=moment())
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class BindingCodeRow(SQLModel, table=True):
    """A one-time code that binds an operator; only its keyed hash is kept."""

    __tablename__ = "binding_code"
    digest: str = Field(primary_key=True)
    role: str
    account: str
    expires_at: datetime = Field(sa_column=moment())
    used_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class AuditRow(SQLModel, table=True):
    """Who did what to what, chained by hash so that an edited or deleted row shows."""

    __tablename__ = "audit"
    id: int | None = Field(default=None, sa_column=row_id())
    at: datetime = Field(sa_column=moment(index=True))
    actor: str
    action: str
    target: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    previous: str = ""
    digest: str = ""


class AlertRow(SQLModel, table=True):
    """Something an operator must know; open until cleared."""

    __tablename__ = "alert"
    name: str = Field(primary_key=True)
    severity: str = "warning"
    text: str = ""
    since: datetime = Field(sa_column=moment())
    last_at: datetime = Field(sa_column=moment())
    told_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    cleared_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class ChoreRow(SQLModel, table=True):
    """How far a long chore came (members sync, import), so that it can go on after a stop."""

    __tablename__ = "chore"
    name: str = Field(primary_key=True)
    cursor: str = ""
    done: int = 0
    total: int = 0
    state: str = "running"
    at: datetime = Field(sa_column=moment())


class SourceCodeRow(SQLModel, table=True):
    """A parametric QR code the platform made for a source."""

    __tablename__ = "source_code"
    account: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    ticket: str = ""
    url: str = ""
    at: datetime = Field(sa_column=moment())


class NoteRow(SQLModel, table=True):
    """What an operator wrote down about a member, for the next one."""

    __tablename__ = "note"
    id: int | None = Field(default=None, sa_column=row_id())
    member_id: int = Field(sa_type=BigInteger, index=True)
    at: datetime = Field(sa_column=moment())
    by: str = ""
    text: str = ""


class CircleRow(SQLModel, table=True):
    """A circle of people that an operator keeps under a name; `tree` is its condition as a document."""

    __tablename__ = "circle"
    name: str = Field(primary_key=True)
    text: str = ""
    tree: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    at: datetime = Field(sa_column=moment())
    by: str = ""


class PlanRow(SQLModel, table=True):
    """What an operator ordered: proposed, confirmed, done, or taken back.

    `code` is what people say of it. `body` are its particulars, `tree` its audience, `back` what undoes it.
    `digest` is of everything that was shown; it must be the same when it is confirmed.
    """

    __tablename__ = "plan"
    code: str = Field(primary_key=True)
    key: str = Field(unique=True)
    kind: str
    state: str = Field(default="proposed", index=True)
    known_as: str
    by: str = ""
    body: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    tree: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    back: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    digest: str = ""
    size: int = 0
    cost: int = 0
    at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    starts_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    approved_by: str = ""
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
