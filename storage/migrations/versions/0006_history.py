"""What `why` replays: edges of segments crossed, scores moved

Revision ID: 0006_history
Revises: 0005_groups
"""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import UTCDateTime

revision = "0006_history"
down_revision = "0005_groups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "segment_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_change")),
    )
    op.create_index("ix_segment_change_member", "segment_change", ["member_id"], unique=False)
    op.create_table(
        "score_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("recency", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.Integer(), nullable=False),
        sa.Column("monetary", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_change")),
    )
    op.create_index("ix_score_change_member", "score_change", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("score_change")
    op.drop_table("segment_change")
