"""What members were shown and opened, and their way into their own page."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.tables.columns import CLUSTERED, moment


class ShownRow(SQLModel, table=True):
    """Which item of the content library a member was shown; never twice."""

    __tablename__ = "shown"
    __table_args__ = CLUSTERED
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    item: str = Field(primary_key=True)
    at: datetime = Field(sa_column=moment())
    key: str = ""


class LinkRow(SQLModel, table=True):
    """A short address (`/l/{token}`) in a message, and how often it was opened; nothing personal is in it."""

    __tablename__ = "link"
    token: str = Field(primary_key=True)
    name: str
    url: str
    member_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    key: str = ""
    at: datetime = Field(sa_column=moment())
    clicks: int = 0
    first_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PassRow(SQLModel, table=True):
    """A one-time way into the member's own page (`/me`); only the hash of what is in the address is kept."""

    __tablename__ = "pass"
    digest: str = Field(primary_key=True)
    member_id: int = Field(sa_type=BigInteger, index=True)
    at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    used_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
