"""A member's last activity is read from the tallies, not kept twice

Revision ID: 0003_activity
Revises: 0002_announcements
"""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import UTCDateTime

revision = "0003_activity"
down_revision = "0002_announcements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("member", "last_active_at")


def downgrade() -> None:
    op.add_column("member", sa.Column("last_active_at", UTCDateTime(), nullable=True))
