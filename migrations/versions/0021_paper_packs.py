"""The register of paper packs, sheets keyed back in, and the spoken codes of residents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('keyed_sheet', 'paper_pack', 'paper_pack_act', 'spoken_code')
revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('keyed_sheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content', JSON, nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.Column('left', sa.Integer(), nullable=False),
    sa.Column('back', sa.Integer(), nullable=False),
    sa.Column('cash_fen', sa.BigInteger(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_keyed_sheet_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_keyed_sheet')),
    sa.UniqueConstraint('version_id', 'number', 'revision', name=op.f('uq_keyed_sheet_version_id_number_revision'))
    )
    op.create_table('paper_pack',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('basis', sa.String(length=10), nullable=False),
    sa.Column('basis_day', sa.Date(), nullable=True),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('version_number', sa.Integer(), nullable=True),
    sa.Column('file', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('sheets', sa.Integer(), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_paper_pack_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_pack'))
    )
    op.create_index(op.f('ix_paper_pack_day_slot_street_code'), 'paper_pack', ['day', 'slot', 'street_code'], unique=False)
    op.create_table('paper_pack_act',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['paper_pack.id'], name=op.f('fk_paper_pack_act_pack_id_paper_pack')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_pack_act'))
    )
    op.create_index(op.f('ix_paper_pack_act_pack_id'), 'paper_pack_act', ['pack_id'], unique=False)
    op.create_table('spoken_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('issued_by', sa.String(length=80), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_spoken_code_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spoken_code'))
    )
    op.create_index(op.f('ix_spoken_code_resident_id'), 'spoken_code', ['resident_id'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_spoken_code_resident_id'), table_name='spoken_code')
    op.drop_table('spoken_code')
    op.drop_index(op.f('ix_paper_pack_act_pack_id'), table_name='paper_pack_act')
    op.drop_table('paper_pack_act')
    op.drop_index(op.f('ix_paper_pack_day_slot_street_code'), table_name='paper_pack')
    op.drop_table('paper_pack')
    op.drop_table('keyed_sheet')
