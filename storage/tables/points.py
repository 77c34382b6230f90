"""Points, levels, and the days members checked in."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from storage.tables.columns import CLUSTERED, moment, row_id


class PointChangeRow(SQLModel, table=True):
    """Append-only: points that came (`delta` > 0, until `expires_at`) or went; the balance is their sum."""

    __tablename__ = "point_change"
    __table_args__ = (Index("ix_point_change_member", "member_id", "id"),)
    id: int | None = Field(default=None, sa_column=row_id())
    key: str = Field(unique=True)
    member_id: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())
    delta: int
    cause: str
    reference: str = ""
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PointAccountRow(SQLModel, table=True):
    """What a member has now, kept in the transaction of each change: `earned` is all that ever came.

    `expires_at` is when the next points run out.
    """

    __tablename__ = "point_account"
    __table_args__ = (Index("ix_point_account_expiry", "expires_at"),)
    member_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    balance: int = 0
    earned: int = 0
    level: str = ""
    level_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class LevelChangeRow(SQLModel, table=True):
    """Append-only: who reached which level when."""

    __tablename__ = "level_change"
    id: int | None = Field(default=None, sa_column=row_id())
    member_id: int = Field(sa_type=BigInteger, index=True)
    at: datetime = Field(sa_column=moment())
    level: str
    was: str = ""


class CheckInRow(SQLModel, table=True):
    """One day (``YYYY-MM-DD`` in the member's zone) on which a member checked in, or made it up later."""

    __tablename__ = "check_in"
    __table_args__ = CLUSTERED
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    day: str = Field(primary_key=True)
    at: datetime = Field(sa_column=moment())
    streak: int = 1
    points: int = 0
    made_up: bool = False
    group: str = ""
