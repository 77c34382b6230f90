"""What members do in activities

Revision ID: 0007_activities
Revises: 0006_history
"""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import JSON_DOCUMENT, UTCDateTime

revision = '0007_activities'
down_revision = '0006_history'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('choice', sa.String(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('group', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('key', name=op.f('uq_answer_key'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_answer_name', ['name', 'at'], unique=False)

    op.create_table('check_in',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('streak', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('made_up', sa.Boolean(), nullable=False),
    sa.Column('group', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('member_id', 'day', name=op.f('pk_check_in')),
    sqlite_with_rowid=False
    )
    op.create_table('draw',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('terms', JSON_DOCUMENT, nullable=False),
    sa.Column('commitment', sa.String(), nullable=False),
    sa.Column('seed', sa.LargeBinary(), nullable=False),
    sa.Column('revealed', sa.String(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('opened_at', UTCDateTime(), nullable=False),
    sa.Column('frozen_at', UTCDateTime(), nullable=True),
    sa.Column('revealed_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_draw'))
    )
    op.create_table('draw_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('draw', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('prize', sa.String(), nullable=False),
    sa.Column('given', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draw_entry')),
    sa.UniqueConstraint('key', name=op.f('uq_draw_entry_key'))
    )
    with op.batch_alter_table('draw_entry', schema=None) as batch_op:
        batch_op.create_index('ix_draw_entry_member', ['member_id', 'draw'], unique=False)
        batch_op.create_index('ix_draw_entry_number', ['draw', 'number'], unique=True)

    op.create_table('draw_prize',
    sa.Column('draw', sa.String(), nullable=False),
    sa.Column('prize', sa.String(), nullable=False),
    sa.Column('stock', sa.Integer(), nullable=True),
    sa.Column('given', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('draw', 'prize', name=op.f('pk_draw_prize'))
    )
    op.create_table('invitation',
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('scene', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('ticket', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('scene', name=op.f('uq_invitation_scene'))
    )
    op.create_table('level_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('was', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_level_change'))
    )
    with op.batch_alter_table('level_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_level_change_member_id'), ['member_id'], unique=False)

    op.create_table('link',
    sa.Column('token', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('clicks', sa.Integer(), nullable=False),
    sa.Column('first_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_link'))
    )
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_member_id'), ['member_id'], unique=False)

    op.create_table('party',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('coupon', sa.String(), nullable=False),
    sa.Column('joined', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('expires_at', UTCDateTime(), nullable=False),
    sa.Column('ended_at', UTCDateTime(), nullable=True),
    sa.Column('group', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party')),
    sa.UniqueConstraint('code', name=op.f('uq_party_code'))
    )
    with op.batch_alter_table('party', schema=None) as batch_op:
        batch_op.create_index('ix_party_state', ['state', 'expires_at'], unique=False)

    op.create_table('party_member',
    sa.Column('party_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('coupon_key', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('party_id', 'member_id', name=op.f('pk_party_member'))
    )
    with op.batch_alter_table('party_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_party_member_member_id'), ['member_id'], unique=False)

    op.create_table('pass',
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('expires_at', UTCDateTime(), nullable=False),
    sa.Column('used_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_pass'))
    )
    with op.batch_alter_table('pass', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pass_member_id'), ['member_id'], unique=False)

    op.create_table('point_account',
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('balance', sa.Integer(), nullable=False),
    sa.Column('earned', sa.Integer(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('level_since', UTCDateTime(), nullable=True),
    sa.Column('expires_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_point_account'))
    )
    with op.batch_alter_table('point_account', schema=None) as batch_op:
        batch_op.create_index('ix_point_account_expiry', ['expires_at'], unique=False)

    op.create_table('point_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('delta', sa.Integer(), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('expires_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_change')),
    sa.UniqueConstraint('key', name=op.f('uq_point_change_key'))
    )
    with op.batch_alter_table('point_change', schema=None) as batch_op:
        batch_op.create_index('ix_point_change_member', ['member_id', 'id'], unique=False)

    op.create_table('referral',
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('inviter_id', sa.BigInteger(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('flags', sa.String(), nullable=False),
    sa.Column('order_id', sa.String(), nullable=False),
    sa.Column('qualified_at', UTCDateTime(), nullable=True),
    sa.Column('settled_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_referral'))
    )
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.create_index('ix_referral_inviter', ['inviter_id', 'at'], unique=False)

    op.create_table('shown',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('item', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('member_id', 'item', name=op.f('pk_shown')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('shown')
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.drop_index('ix_referral_inviter')

    op.drop_table('referral')
    with op.batch_alter_table('point_change', schema=None) as batch_op:
        batch_op.drop_index('ix_point_change_member')

    op.drop_table('point_change')
    with op.batch_alter_table('point_account', schema=None) as batch_op:
        batch_op.drop_index('ix_point_account_expiry')

    op.drop_table('point_account')
    with op.batch_alter_table('pass', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pass_member_id'))

    op.drop_table('pass')
    with op.batch_alter_table('party_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_party_member_member_id'))

    op.drop_table('party_member')
    with op.batch_alter_table('party', schema=None) as batch_op:
        batch_op.drop_index('ix_party_state')

    op.drop_table('party')
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_member_id'))

    op.drop_table('link')
    with op.batch_alter_table('level_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_level_change_member_id'))

    op.drop_table('level_change')
    op.drop_table('invitation')
    op.drop_table('draw_prize')
    with op.batch_alter_table('draw_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_draw_entry_number')
        batch_op.drop_index('ix_draw_entry_member')

    op.drop_table('draw_entry')
    op.drop_table('draw')
    op.drop_table('check_in')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index('ix_answer_name')
        batch_op.drop_index(batch_op.f('ix_answer_member_id'))

    op.drop_table('answer')
