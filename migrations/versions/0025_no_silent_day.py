"""Calls and knocks before anybody goes unseen for too long, and what came of each."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('welfare_call', 'welfare_contact')
revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('welfare_call',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('means', sa.String(length=8), nullable=False),
    sa.Column('why', sa.String(length=12), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('planned_by', sa.String(length=80), nullable=False),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_welfare_call_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_welfare_call')),
    sa.UniqueConstraint('day', 'resident_id', name=op.f('uq_welfare_call_day_resident_id'))
    )
    op.create_index(op.f('ix_welfare_call_due_at'), 'welfare_call', ['due_at'], unique=False)
    op.create_index(op.f('ix_welfare_call_resident_id'), 'welfare_call', ['resident_id'], unique=False)
    op.create_table('welfare_contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('means', sa.String(length=8), nullable=False),
    sa.Column('result', sa.String(length=12), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['welfare_call.id'], name=op.f('fk_welfare_contact_call_id_welfare_call')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_welfare_contact_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_welfare_contact')),
    sa.UniqueConstraint('client_id', name=op.f('uq_welfare_contact_client_id'))
    )
    op.create_index(op.f('ix_welfare_contact_at'), 'welfare_contact', ['at'], unique=False)
    op.create_index(op.f('ix_welfare_contact_call_id'), 'welfare_contact', ['call_id'], unique=False)
    op.create_index(op.f('ix_welfare_contact_resident_id'), 'welfare_contact', ['resident_id'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_welfare_contact_resident_id'), table_name='welfare_contact')
    op.drop_index(op.f('ix_welfare_contact_call_id'), table_name='welfare_contact')
    op.drop_index(op.f('ix_welfare_contact_at'), table_name='welfare_contact')
    op.drop_table('welfare_contact')
    op.drop_index(op.f('ix_welfare_call_resident_id'), table_name='welfare_call')
    op.drop_index(op.f('ix_welfare_call_due_at'), table_name='welfare_call')
    op.drop_table('welfare_call')
