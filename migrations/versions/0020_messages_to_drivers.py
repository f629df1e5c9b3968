"""Messages to drivers on the road, and their having been read."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('driver_message', 'driver_message_receipt')
revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('driver_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_driver_message_run_id_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_driver_message')),
    sa.UniqueConstraint('client_id', name=op.f('uq_driver_message_client_id'))
    )
    op.create_index(op.f('ix_driver_message_day_slot_driver_code'), 'driver_message', ['day', 'slot', 'driver_code'], unique=False)
    op.create_index(op.f('ix_driver_message_run_id'), 'driver_message', ['run_id'], unique=False)
    op.create_table('driver_message_receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('means', sa.String(length=8), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['driver_message.id'], name=op.f('fk_driver_message_receipt_message_id_driver_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_driver_message_receipt')),
    sa.UniqueConstraint('message_id', name=op.f('uq_driver_message_receipt_message_id'))
    )
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('driver_message_receipt')
    op.drop_index(op.f('ix_driver_message_run_id'), table_name='driver_message')
    op.drop_index(op.f('ix_driver_message_day_slot_driver_code'), table_name='driver_message')
    op.drop_table('driver_message')
