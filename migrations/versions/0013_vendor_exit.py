"""a vendor's exit as it was carried out, and who answers for anybody left without a meal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
APPEND_ONLY = ('vendor_exit', 'vendor_exit_unserved')
revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('vendor_exit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('next_day', sa.Date(), nullable=False),
    sa.Column('residents', sa.Integer(), nullable=False),
    sa.Column('taken_over', sa.Integer(), nullable=False),
    sa.Column('choices', JSON, nullable=False),
    sa.Column('cost_before_fen', sa.BigInteger(), nullable=False),
    sa.Column('cost_after_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_vendor_exit_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_exit'))
    )
    op.create_index('ix_vendor_exit_vendor_code', 'vendor_exit', ['vendor_code'])
    op.create_table('vendor_exit_unserved',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exit_id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('responsible', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['exit_id'], ['vendor_exit.id'], name=op.f('fk_vendor_exit_unserved_exit_id_vendor_exit')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_vendor_exit_unserved_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_exit_unserved')),
    sa.UniqueConstraint('exit_id', 'resident_id', name=op.f('uq_vendor_exit_unserved_exit_id_resident_id'))
    )
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('vendor_exit_unserved')
    op.drop_table('vendor_exit')
