"""Findings of the checks with their history, lists from outside, and the call-back with its published seed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

APPEND_ONLY = ('call_back_answer', 'call_back_pick', 'call_back_population', 'call_back_seed', 'check_look', 'check_step', 'outside_notice')
revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('call_back_seed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(length=120), nullable=False),
    sa.Column('origin', sa.String(length=200), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_back_seed')),
    sa.UniqueConstraint('month', 'number', name=op.f('uq_call_back_seed_month_number'))
    )
    op.create_table('check_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('severity', sa.String(length=5), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('beneficiary', sa.String(length=12), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('params', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('evidence', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('seen_digest', sa.String(length=64), nullable=False),
    sa.Column('first_found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_found_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("severity in ('block', 'hold', 'warn')", name=op.f('ck_check_finding_severity')),
    sa.CheckConstraint("state in ('open', 'cleared', 'gone')", name=op.f('ck_check_finding_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_finding')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_check_finding_natural_key'))
    )
    op.create_index(op.f('ix_check_finding_month_state_severity'), 'check_finding', ['month', 'state', 'severity'], unique=False)
    op.create_table('check_look',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('rules_from', sa.Date(), nullable=False),
    sa.Column('meals', sa.Integer(), nullable=False),
    sa.Column('claims', sa.Integer(), nullable=False),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('gone', sa.Integer(), nullable=False),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_look'))
    )
    op.create_index(op.f('ix_check_look_month'), 'check_look', ['month'], unique=False)
    op.create_table('call_back_population',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seed_id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('meals', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint('size >= 0 and size <= meals', name=op.f('ck_call_back_population_size')),
    sa.ForeignKeyConstraint(['seed_id'], ['call_back_seed.id'], name=op.f('fk_call_back_population_seed_id_call_back_seed')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_back_population')),
    sa.UniqueConstraint('seed_id', 'vendor_code', name=op.f('uq_call_back_population_seed_id_vendor_code'))
    )
    op.create_table('check_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('finding_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=12), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['finding_id'], ['check_finding.id'], name=op.f('fk_check_step_finding_id_check_finding')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_step')),
    sa.UniqueConstraint('finding_id', 'number', name=op.f('uq_check_step_finding_id_number'))
    )
    op.create_table('outside_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=120), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.Column('withdraws_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_outside_notice_resident_id_resident')),
    sa.ForeignKeyConstraint(['withdraws_id'], ['outside_notice.id'], name=op.f('fk_outside_notice_withdraws_id_outside_notice')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_notice')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_outside_notice_natural_key')),
    sa.UniqueConstraint('withdraws_id', name=op.f('uq_outside_notice_withdraws_id'))
    )
    op.create_index(op.f('ix_outside_notice_resident_id'), 'outside_notice', ['resident_id'], unique=False)
    op.create_table('call_back_pick',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('population_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_call_back_pick_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['population_id'], ['call_back_population.id'], name=op.f('fk_call_back_pick_population_id_call_back_population')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_back_pick')),
    sa.UniqueConstraint('population_id', 'book_line_id', name=op.f('uq_call_back_pick_population_id_book_line_id')),
    sa.UniqueConstraint('population_id', 'position', name=op.f('uq_call_back_pick_population_id_position'))
    )
    op.create_index(op.f('ix_call_back_pick_book_line_id'), 'call_back_pick', ['book_line_id'], unique=False)
    op.create_table('check_finding_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('finding_id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_check_finding_line_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['finding_id'], ['check_finding.id'], name=op.f('fk_check_finding_line_finding_id_check_finding')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_finding_line')),
    sa.UniqueConstraint('finding_id', 'book_line_id', name=op.f('uq_check_finding_line_finding_id_book_line_id'))
    )
    op.create_index(op.f('ix_check_finding_line_book_line_id'), 'check_finding_line', ['book_line_id'], unique=False)
    op.create_table('call_back_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pick_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("answer in ('received', 'not-received', 'cannot-say', 'not-reached')", name=op.f('ck_call_back_answer_answer')),
    sa.ForeignKeyConstraint(['pick_id'], ['call_back_pick.id'], name=op.f('fk_call_back_answer_pick_id_call_back_pick')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_back_answer')),
    sa.UniqueConstraint('pick_id', 'number', name=op.f('uq_call_back_answer_pick_id_number'))
    )
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('call_back_answer')
    op.drop_index(op.f('ix_check_finding_line_book_line_id'), table_name='check_finding_line')
    op.drop_table('check_finding_line')
    op.drop_index(op.f('ix_call_back_pick_book_line_id'), table_name='call_back_pick')
    op.drop_table('call_back_pick')
    op.drop_index(op.f('ix_outside_notice_resident_id'), table_name='outside_notice')
    op.drop_table('outside_notice')
    op.drop_table('check_step')
    op.drop_table('call_back_population')
    op.drop_index(op.f('ix_check_look_month'), table_name='check_look')
    op.drop_table('check_look')
    op.drop_index(op.f('ix_check_finding_month_state_severity'), table_name='check_finding')
    op.drop_table('check_finding')
    op.drop_table('call_back_seed')
