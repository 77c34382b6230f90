"""Codes to invite by are made by one process at a time, and after a refusal later and later

Revision ID: 0012_invitations
Revises: 0011_draws
"""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import UTCDateTime

revision = "0012_invitations"
down_revision = "0011_draws"
branch_labels = None
depends_on = None

CODE = sa.table("invitation", sa.column("at", UTCDateTime()), sa.column("due_at", UTCDateTime()))


def upgrade() -> None:
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("due_at", UTCDateTime(), nullable=True))
    op.execute(sa.update(CODE).values(due_at=CODE.c.at))
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.alter_column("attempts", server_default=None)
        batch_op.alter_column("due_at", existing_type=UTCDateTime(), nullable=False)
        batch_op.create_index("ix_invitation_due", ["url", "due_at"])


def downgrade() -> None:
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_invitation_due")
        batch_op.drop_column("due_at")
        batch_op.drop_column("attempts")
