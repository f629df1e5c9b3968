"""Stops of a published plan that change hands on the road."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('stop_transfer',)
revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('stop_transfer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('from_run_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('to_run_id', sa.Integer(), nullable=True),
    sa.Column('after_visit_id', sa.Integer(), nullable=True),
    sa.Column('to_name', sa.String(length=80), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('food', sa.String(length=8), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('meet_s', sa.Integer(), nullable=True),
    sa.Column('arrive_s', sa.Integer(), nullable=False),
    sa.Column('deadline_s', sa.Integer(), nullable=True),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('made_again', sa.Integer(), nullable=False),
    sa.Column('cooked_by', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'run') = (to_run_id is not null)", name=op.f('ck_stop_transfer_to_run')),
    sa.CheckConstraint("kind in ('run', 'person', 'station')", name=op.f('ck_stop_transfer_kind')),
    sa.ForeignKeyConstraint(['after_visit_id'], ['plan_visit.id'], name=op.f('fk_stop_transfer_after_visit_id_plan_visit')),
    sa.ForeignKeyConstraint(['from_run_id'], ['run.id'], name=op.f('fk_stop_transfer_from_run_id_run')),
    sa.ForeignKeyConstraint(['to_run_id'], ['run.id'], name=op.f('fk_stop_transfer_to_run_id_run')),
    sa.ForeignKeyConstraint(['visit_id'], ['plan_visit.id'], name=op.f('fk_stop_transfer_visit_id_plan_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stop_transfer')),
    sa.UniqueConstraint('client_id', name=op.f('uq_stop_transfer_client_id')),
    sa.UniqueConstraint('visit_id', 'number', name=op.f('uq_stop_transfer_visit_id_number'))
    )
    op.create_index(op.f('ix_stop_transfer_from_run_id'), 'stop_transfer', ['from_run_id'], unique=False)
    op.create_index(op.f('ix_stop_transfer_to_run_id'), 'stop_transfer', ['to_run_id'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_stop_transfer_to_run_id'), table_name='stop_transfer')
    op.drop_index(op.f('ix_stop_transfer_from_run_id'), table_name='stop_transfer')
    op.drop_table('stop_transfer')
