"""Swipes of counters' machines and card platforms; cash handed in; months keep until when an assessment is valid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('meal_card', 'swipe_batch', 'swipe', 'swipe_note', 'cash_entry')
revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('swipe_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('file', sa.String(length=200), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('sites', JSON, nullable=False),
    sa.Column('columns', JSON, nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('repeated', sa.Integer(), nullable=False),
    sa.Column('set_aside', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_day <= last_day', name=op.f('ck_swipe_batch_days')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swipe_batch')),
    sa.UniqueConstraint('source', 'digest', name=op.f('uq_swipe_batch_source_digest'))
    )
    op.create_index(op.f('ix_swipe_batch_last_day'), 'swipe_batch', ['last_day'], unique=False)
    op.create_table('swipe_upload',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('file', sa.String(length=200), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swipe_upload')),
    sa.UniqueConstraint('token', name=op.f('uq_swipe_upload_token'))
    )
    op.create_table('meal_card',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('number_index', sa.String(length=64), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_meal_card_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meal_card')),
    sa.UniqueConstraint('number_index', 'valid_from', name=op.f('uq_meal_card_number_index_valid_from'))
    )
    op.create_index(op.f('ix_meal_card_resident_id'), 'meal_card', ['resident_id'], unique=False)
    op.create_table('swipe',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('serial', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('voids', sa.String(length=60), nullable=False),
    sa.Column('person_kind', sa.String(length=10), nullable=False),
    sa.Column('person_index', sa.String(length=64), nullable=False),
    sa.Column('tail', sa.String(length=4), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('site_code', sa.String(length=40), nullable=False),
    sa.Column('terminal', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=True),
    sa.Column('paid_fen', sa.BigInteger(), nullable=True),
    sa.Column('subsidy_fen', sa.BigInteger(), nullable=True),
    sa.Column('means', sa.String(length=6), nullable=False),
    sa.CheckConstraint("kind in ('meal', 'void')", name=op.f('ck_swipe_kind')),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_swipe_quantity')),
    sa.ForeignKeyConstraint(['batch_id'], ['swipe_batch.id'], name=op.f('fk_swipe_batch_id_swipe_batch')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_swipe_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swipe')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_swipe_natural_key'))
    )
    op.create_index(op.f('ix_swipe_batch_id'), 'swipe', ['batch_id'], unique=False)
    op.create_index(op.f('ix_swipe_day_site_code'), 'swipe', ['day', 'site_code'], unique=False)
    op.create_table('swipe_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('trouble', sa.String(length=24), nullable=False),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_swipe_note_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swipe_note'))
    )
    op.create_index(op.f('ix_swipe_note_subject'), 'swipe_note', ['subject'], unique=False)
    op.create_table('cash_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=64), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('handed', 'explained')", name=op.f('ck_cash_entry_kind')),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_cash_entry_run_id_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cash_entry')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_cash_entry_natural_key'))
    )
    op.create_index(op.f('ix_cash_entry_run_id'), 'cash_entry', ['run_id'], unique=False)
    op.add_column('claim_person', sa.Column('assessment_valid_until', sa.Date(), nullable=True))
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_column('claim_person', 'assessment_valid_until')
    op.drop_index(op.f('ix_cash_entry_run_id'), table_name='cash_entry')
    op.drop_table('cash_entry')
    op.drop_index(op.f('ix_swipe_note_subject'), table_name='swipe_note')
    op.drop_table('swipe_note')
    op.drop_index(op.f('ix_swipe_day_site_code'), table_name='swipe')
    op.drop_index(op.f('ix_swipe_batch_id'), table_name='swipe')
    op.drop_table('swipe')
    op.drop_index(op.f('ix_meal_card_resident_id'), table_name='meal_card')
    op.drop_table('meal_card')
    op.drop_table('swipe_upload')
    op.drop_index(op.f('ix_swipe_batch_last_day'), table_name='swipe_batch')
    op.drop_table('swipe_batch')
