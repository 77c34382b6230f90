"""Coupons that another house hands out."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from storage.tables.columns import moment


class CashGrantRow(SQLModel, table=True):
    """A coupon that another house is to hand out; `code` is the ledger's, and the number it is asked under.

    `state` is ``due`` (asked for from `due_at` on), ``granted`` (`platform_id` is its id there), ``refused``
    (`reason` says why), or ``void`` (the ledger took the coupon back first).
    """

    __tablename__ = "cash_grant"
    __table_args__ = (Index("ix_cash_grant_due", "state", "due_at"),)
    code: str = Field(primary_key=True)
    batch: str
    state: str = "due"
    attempts: int = 0
    due_at: datetime = Field(sa_column=moment())
    platform_id: str = Field(default="", index=True)
    reason: str = ""
    at: datetime = Field(sa_column=moment())
