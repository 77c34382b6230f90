"""Groups, who is in them, and what is said there."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.tables.columns import CLUSTERED, document, moment, row_id


class GroupRow(SQLModel, table=True):
    """A group of one of our accounts, `known_as` is ``account:chat``. `version` is the platform's own."""

    __tablename__ = "chat_group"
    known_as: str = Field(primary_key=True)
    account: str
    name: str = Field(default="", index=True)
    owner: str = ""
    version: str = ""
    dismissed: bool = False
    since: datetime = Field(sa_column=moment())


class GroupMemberRow(SQLModel, table=True):
    """The member is, or was, in a group: since when and how they came, and when they left."""

    __tablename__ = "group_member"
    __table_args__ = (Index("ix_group_member_member", "member_id"), CLUSTERED)
    chat: str = Field(primary_key=True)
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    account: str = ""
    joined_at: datetime = Field(sa_column=moment())
    left_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    scene: str = ""
    state: str = ""


class GroupPostRow(SQLModel, table=True):
    """Something to say in a group; `size` counts those it speaks to, `reason` is why it waits or ended.

    It names nobody.
    """

    __tablename__ = "group_post"
    __table_args__ = (
        Index("ix_group_post_due", "state", "due_at"),
        Index("ix_group_post_said", "chat", "finished_at"),
    )
    id: int | None = Field(default=None, sa_column=row_id())
    key: str = Field(unique=True)
    chat: str
    account: str
    topic: str = ""
    template: str = ""
    context: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    size: int = 1
    created_at: datetime = Field(sa_column=moment())
    due_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    state: str = "queued"
    reason: str = ""
    text: str = ""
    platform_id: str = ""
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
