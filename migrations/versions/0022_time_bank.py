"""Volunteers' hours, and the papers of those who drive."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('driver_paper', 'time_entry')
revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('driver_paper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=200), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['driver_code'], ['driver.code'], name=op.f('fk_driver_paper_driver_code_driver')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_driver_paper')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_driver_paper_natural_key'))
    )
    op.create_index(op.f('ix_driver_paper_driver_code'), 'driver_paper', ['driver_code'], unique=False)
    op.create_table('time_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=80), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes <> 0', name=op.f('ck_time_entry_minutes')),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_time_entry_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['driver_code'], ['driver.code'], name=op.f('fk_time_entry_driver_code_driver')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_entry')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_time_entry_natural_key'))
    )
    op.create_index(op.f('ix_time_entry_book_line_id'), 'time_entry', ['book_line_id'], unique=False)
    op.create_index(op.f('ix_time_entry_day'), 'time_entry', ['day'], unique=False)
    op.create_index(op.f('ix_time_entry_driver_code_day'), 'time_entry', ['driver_code', 'day'], unique=False)
    op.add_column('driver', sa.Column('training_to', sa.Date(), nullable=True))
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_column('driver', 'training_to')
    op.drop_index(op.f('ix_time_entry_driver_code_day'), table_name='time_entry')
    op.drop_index(op.f('ix_time_entry_day'), table_name='time_entry')
    op.drop_index(op.f('ix_time_entry_book_line_id'), table_name='time_entry')
    op.drop_table('time_entry')
    op.drop_index(op.f('ix_driver_paper_driver_code'), table_name='driver_paper')
    op.drop_table('driver_paper')
