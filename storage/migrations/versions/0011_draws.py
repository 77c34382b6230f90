"""What stands for a callback in the public list of a draw

Revision ID: 0011_draws
Revises: 0010_parties
"""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0011_draws"
down_revision = "0010_parties"
branch_labels = None
depends_on = None

ENTRY = sa.table("draw_entry", sa.column("id", sa.Integer), sa.column("key"), sa.column("token"))
PAGE = 1000


def upgrade() -> None:
    with op.batch_alter_table("draw_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("draw_entry", schema=None) as batch_op:
        batch_op.alter_column("token", server_default=None)
    _keep()


def _keep() -> None:
    """What was published before this column goes on to stand for its callback."""
    connection, last = op.get_bind(), 0
    page = sa.select(ENTRY.c.id, ENTRY.c.key).order_by(ENTRY.c.id).limit(PAGE)
    while rows := connection.execute(page.where(ENTRY.c.id > last)).all():
        for row in rows:
            token = sha256(row.key.encode()).hexdigest()[:16]
            connection.execute(sa.update(ENTRY).where(ENTRY.c.id == row.id).values(token=token))
        last = rows[-1].id


def downgrade() -> None:
    with op.batch_alter_table("draw_entry", schema=None) as batch_op:
        batch_op.drop_column("token")
