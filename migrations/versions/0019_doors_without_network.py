"""What phones bring from the doors: their own count, records set aside, wellbeing, loading checks, evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('proof_aside', 'wellbeing_note', 'loading_check', 'loading_count', 'evidence')
revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('loading_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('trip', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_loading_check_run_id_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loading_check')),
    sa.UniqueConstraint('client_id', name=op.f('uq_loading_check_client_id'))
    )
    op.create_index(op.f('ix_loading_check_run_id'), 'loading_check', ['run_id'], unique=False)
    op.create_table('loading_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('check_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('listed', sa.Integer(), nullable=True),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind in ('portions', 'boxes')", name=op.f('ck_loading_count_kind')),
    sa.CheckConstraint('counted >= 0', name=op.f('ck_loading_count_counted')),
    sa.ForeignKeyConstraint(['check_id'], ['loading_check.id'], name=op.f('fk_loading_count_check_id_loading_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loading_count')),
    sa.UniqueConstraint('check_id', 'kind', 'key', name=op.f('uq_loading_count_check_id_kind_key'))
    )
    op.create_index(op.f('ix_loading_count_check_id'), 'loading_count', ['check_id'], unique=False)
    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('proof_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('content', JSON, nullable=False),
    sa.Column('verdict', sa.String(length=12), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('photo', 'signature', 'code')", name=op.f('ck_evidence_kind')),
    sa.ForeignKeyConstraint(['proof_id'], ['proof.id'], name=op.f('fk_evidence_proof_id_proof')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    sa.UniqueConstraint('client_id', name=op.f('uq_evidence_client_id'))
    )
    op.create_index(op.f('ix_evidence_proof_id'), 'evidence', ['proof_id'], unique=False)
    op.create_table('proof_aside',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('proof_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('stands_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'beside') = (stands_id is not null)", name=op.f('ck_proof_aside_stands')),
    sa.CheckConstraint("kind in ('beside', 'reopened')", name=op.f('ck_proof_aside_kind')),
    sa.ForeignKeyConstraint(['proof_id'], ['proof.id'], name=op.f('fk_proof_aside_proof_id_proof')),
    sa.ForeignKeyConstraint(['stands_id'], ['proof.id'], name=op.f('fk_proof_aside_stands_id_proof')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proof_aside')),
    sa.UniqueConstraint('client_id', name=op.f('uq_proof_aside_client_id')),
    sa.UniqueConstraint('proof_id', name=op.f('uq_proof_aside_proof_id'))
    )
    op.create_table('wellbeing_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('proof_id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('last_meal', sa.String(length=10), nullable=False),
    sa.Column('seems', sa.String(length=12), nullable=False),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_wellbeing_note_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['proof_id'], ['proof.id'], name=op.f('fk_wellbeing_note_proof_id_proof')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_wellbeing_note_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wellbeing_note')),
    sa.UniqueConstraint('client_id', name=op.f('uq_wellbeing_note_client_id'))
    )
    op.create_index(op.f('ix_wellbeing_note_proof_id'), 'wellbeing_note', ['proof_id'], unique=False)
    op.create_index(op.f('ix_wellbeing_note_resident_id_day'), 'wellbeing_note', ['resident_id', 'day'], unique=False)
    op.add_column('proof', sa.Column('device', sa.String(length=36), server_default='', nullable=False))
    op.add_column('proof', sa.Column('seq', sa.Integer(), nullable=True))
    op.add_column('proof', sa.Column('made_at', sa.DateTime(timezone=True), nullable=True))
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_column('proof', 'made_at')
    op.drop_column('proof', 'seq')
    op.drop_column('proof', 'device')
    op.drop_index(op.f('ix_wellbeing_note_resident_id_day'), table_name='wellbeing_note')
    op.drop_index(op.f('ix_wellbeing_note_proof_id'), table_name='wellbeing_note')
    op.drop_table('wellbeing_note')
    op.drop_table('proof_aside')
    op.drop_index(op.f('ix_evidence_proof_id'), table_name='evidence')
    op.drop_table('evidence')
    op.drop_index(op.f('ix_loading_count_check_id'), table_name='loading_count')
    op.drop_table('loading_count')
    op.drop_index(op.f('ix_loading_check_run_id'), table_name='loading_check')
    op.drop_table('loading_check')
