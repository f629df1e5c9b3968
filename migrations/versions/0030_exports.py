"""The register of exports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('export_request', 'export_file', 'export_act')
revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('export_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('format', sa.String(length=6), nullable=False),
    sa.Column('payer', sa.String(length=40), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('masked', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('scope', JSON, nullable=False),
    sa.Column('filters', JSON, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_export_request_job_id_job')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export_request')),
    sa.UniqueConstraint('client_id', name=op.f('uq_export_request_client_id')),
    sa.UniqueConstraint('year', 'serial', name=op.f('uq_export_request_year_serial'))
    )
    op.create_index(op.f('ix_export_request_month_what'), 'export_request', ['month', 'what'], unique=False)
    op.create_table('export_act',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['export_request.id'], name=op.f('fk_export_act_request_id_export_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export_act'))
    )
    op.create_index(op.f('ix_export_act_request_id'), 'export_act', ['request_id'], unique=False)
    op.create_table('export_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('stored', sa.String(length=160), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('rows_sha256', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('columns', JSON, nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('keep_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['export_request.id'], name=op.f('fk_export_file_request_id_export_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export_file')),
    sa.UniqueConstraint('request_id', name=op.f('uq_export_file_request_id'))
    )
    op.create_index(op.f('ix_export_file_keep_until'), 'export_file', ['keep_until'], unique=False)
    op.create_index(op.f('ix_export_file_rows_sha256'), 'export_file', ['rows_sha256'], unique=False)
    op.create_index(op.f('ix_export_file_sha256'), 'export_file', ['sha256'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_export_file_sha256'), table_name='export_file')
    op.drop_index(op.f('ix_export_file_rows_sha256'), table_name='export_file')
    op.drop_index(op.f('ix_export_file_keep_until'), table_name='export_file')
    op.drop_table('export_file')
    op.drop_index(op.f('ix_export_act_request_id'), table_name='export_act')
    op.drop_table('export_act')
    op.drop_index(op.f('ix_export_request_month_what'), table_name='export_request')
    op.drop_table('export_request')
