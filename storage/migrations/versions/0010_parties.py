"""Places in groups that buy

Revision ID: 0010_parties
Revises: 0007_activities
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_parties"
down_revision = "0007_activities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("party_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("places", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("party_member", schema=None) as batch_op:
        batch_op.alter_column("places", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("party_member", schema=None) as batch_op:
        batch_op.drop_column("places")
