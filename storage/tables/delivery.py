"""The ledger of deliveries and of what the platforms allow."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.tables.columns import CLUSTERED, document, moment, row_id


class OutboxRow(SQLModel, table=True):
    """A message on its way; see `bot.domain.outbox.OutboxMessage`.

    `counted_at` is set when a claim reserved its place under the caps and cleared when it was not
    sent. `owner` is who claimed it. `reason` is the code of the gate or error that held or ended it.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "due_at", "priority"),
        Index("ix_outbox_member_counted", "member_id", "purpose", "counted_at"),
        Index("ix_outbox_member_state", "member_id", "state"),
        Index("ix_outbox_enrollment", "enrollment_id"),
        Index("ix_outbox_platform", "platform_id"),
    )
    id: int | None = Field(default=None, sa_column=row_id())
    key: str = Field(unique=True)
    member_id: int = Field(sa_type=BigInteger)
    rule: str = ""
    step: str = ""
    campaign: str = ""
    enrollment_id: str = ""
    template: str = ""
    purpose: str = ""
    via: list[str] = Field(default_factory=list, sa_column=document())
    unreachable: str = "skip"
    priority: int = 50
    coupon: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    platform_template: str = ""
    context: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    is_answer: bool = False
    caused_by: str = ""
    created_at: datetime = Field(sa_column=moment())
    due_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    state: str = "queued"
    reason: str = ""
    reason_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    detail: str = ""
    attempts: int = 0
    owner: str = ""
    claimed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    counted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    route: str = ""
    platform_key: str = ""
    keyed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    coupon_code: str = ""
    batch_key: str = ""
    text: str = ""
    platform_id: str = ""
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    receipt: str = ""


class GateRow(SQLModel, table=True):
    """Append-only: which gate held or dropped which message when; `why` replays it."""

    __tablename__ = "gate"
    id: int | None = Field(default=None, sa_column=row_id())
    outbox_id: int = Field(sa_type=BigInteger, index=True)
    at: datetime = Field(sa_column=moment())
    verdict: str = ""
    reason: str = ""
    until: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class AllowanceRow(SQLModel, table=True):
    """What a route still allows for a member: an open window, or a grant for one platform template."""

    __tablename__ = "allowance"
    __table_args__ = CLUSTERED
    member_id: int = Field(sa_type=BigInteger, primary_key=True)
    route: str = Field(primary_key=True)
    template: str = Field(default="", primary_key=True)
    remaining: int = 0
    opened_by: str = ""
    opened_at: datetime = Field(sa_column=moment())
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class MassBatchRow(SQLModel, table=True):
    """One mass send: stored with its key before the call."""

    __tablename__ = "mass_batch"
    key: str = Field(primary_key=True)
    route: str
    digest: str = ""
    content: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    size: int = 0
    state: str = "queued"
    at: datetime = Field(sa_column=moment())
    platform_id: str = ""
    detail: str = ""


class RateRow(SQLModel, table=True):
    """GCRA state of one account or one API of it: theoretical arrival time, and a rest if ordered."""

    __tablename__ = "rate"
    name: str = Field(primary_key=True)
    arrival_at: datetime = Field(sa_column=moment())
    rest_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    slowdown: int = 1
    reason: str = ""


class CouponBatchRow(SQLModel, table=True):
    """A batch of coupons; `taken` counts codes that left the stock, never more than `stock`."""

    __tablename__ = "coupon_batch"
    name: str = Field(primary_key=True)
    stock: int = 0
    taken: int = 0
    imported: bool = False
    terms: dict[str, Any] = Field(default_factory=dict, sa_column=document())


class CouponRow(SQLModel, table=True):
    """One code and the state it is in; see `bot.domain.coupons.CouponState`."""

    __tablename__ = "coupon"
    __table_args__ = (
        Index("ix_coupon_batch_state", "batch", "state"),
        Index("ix_coupon_member", "member_id", "batch"),
        Index("ix_coupon_expiry", "state", "expires_at"),
    )
    id: int | None = Field(default=None, sa_column=row_id())
    batch: str
    code: str = Field(unique=True)
    state: str = "free"
    member_id: int | None = Field(default=None, sa_type=BigInteger)
    key: str | None = Field(default=None, unique=True)
    basis: str = ""
    at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    taken_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    issued_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    redeemed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    order_id: str = ""
    amount: int = 0


class CouponChangeRow(SQLModel, table=True):
    """Append-only: who or what moved which coupon to which state."""

    __tablename__ = "coupon_change"
    id: int | None = Field(default=None, sa_column=row_id())
    coupon_id: int = Field(sa_type=BigInteger, index=True)
    state: str
    at: datetime = Field(sa_column=moment())
    actor: str = ""
    cause: str = ""


class TokenRow(SQLModel, table=True):
    """An account's access token, encrypted, so that a restart does not fetch a new one."""

    __tablename__ = "token"
    account: str = Field(primary_key=True)
    cipher: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    fetched_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())


class MediaRow(SQLModel, table=True):
    """A file of ours as the platform knows it, until it expires there."""

    __tablename__ = "media"
    account: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    media_id: str = ""
    kind: str = ""
    uploaded_at: datetime = Field(sa_column=moment())
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
