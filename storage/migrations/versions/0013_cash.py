"""Coupons that another house hands out

Revision ID: 0013_cash
Revises: 0012_invitations
"""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import UTCDateTime

revision = "0013_cash"
down_revision = "0012_invitations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cash_grant",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_cash_grant"),
    )
    op.create_index("ix_cash_grant_due", "cash_grant", ["state", "due_at"])
    op.create_index("ix_cash_grant_platform_id", "cash_grant", ["platform_id"])


def downgrade() -> None:
    op.drop_table("cash_grant")
