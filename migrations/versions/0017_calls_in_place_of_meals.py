"""Calls in the place of a meal, with who owns each and what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('call_case', 'call_step')
revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('call_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('marks', JSON, nullable=False),
    sa.Column('reason_code', sa.String(length=40), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(length=80), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_call_case_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_case')),
    sa.UniqueConstraint('day', 'slot', 'resident_id', name=op.f('uq_call_case_day_slot_resident_id'))
    )
    op.create_table('call_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('result', sa.String(length=16), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['call_case.id'], name=op.f('fk_call_step_case_id_call_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_step'))
    )
    op.create_index(op.f('ix_call_step_case_id'), 'call_step', ['case_id'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_call_step_case_id'), table_name='call_step')
    op.drop_table('call_step')
    op.drop_table('call_case')
