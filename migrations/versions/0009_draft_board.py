"""Drafts of plans that people bend by hand: their grounds, every change, proposals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('draft_ground', 'draft_edit')
revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('plan_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('base_version_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('opened_by', sa.String(length=80), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_by', sa.String(length=80), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('close_reason', sa.Text(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['base_version_id'], ['plan_version.id'], name=op.f('fk_plan_draft_base_version_id_plan_version')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_draft_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_draft'))
    )
    op.create_index('uq_plan_draft_open', 'plan_draft', ['day', 'slot'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_table('draft_ground',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('matrices', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['plan_draft.id'], name=op.f('fk_draft_ground_draft_id_plan_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_ground'))
    )
    op.create_index(op.f('ix_draft_ground_draft_id'), 'draft_ground', ['draft_id'], unique=False)
    op.create_table('draft_edit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('detail', JSON, nullable=False),
    sa.Column('stops', JSON, nullable=False),
    sa.Column('vehicles', JSON, nullable=False),
    sa.Column('arrangement', sa.LargeBinary(), nullable=False),
    sa.Column('ground_id', sa.Integer(), nullable=False),
    sa.Column('shows', sa.Integer(), nullable=False),
    sa.Column('parent', sa.Integer(), nullable=True),
    sa.Column('redo', JSON, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['plan_draft.id'], name=op.f('fk_draft_edit_draft_id_plan_draft')),
    sa.ForeignKeyConstraint(['ground_id'], ['draft_ground.id'], name=op.f('fk_draft_edit_ground_id_draft_ground')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_edit')),
    sa.UniqueConstraint('draft_id', 'revision', name=op.f('uq_draft_edit_draft_id_revision'))
    )
    op.create_table('draft_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('detail', JSON, nullable=False),
    sa.Column('figures', JSON, nullable=False),
    sa.Column('arrangement', sa.LargeBinary(), nullable=False),
    sa.Column('ground_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('ended_by', sa.String(length=80), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['draft_id'], ['plan_draft.id'], name=op.f('fk_draft_proposal_draft_id_plan_draft')),
    sa.ForeignKeyConstraint(['ground_id'], ['draft_ground.id'], name=op.f('fk_draft_proposal_ground_id_draft_ground')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_draft_proposal_job_id_job')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_proposal')),
    sa.UniqueConstraint('job_id', name=op.f('uq_draft_proposal_job_id'))
    )
    op.create_index(op.f('ix_draft_proposal_draft_id_state'), 'draft_proposal', ['draft_id', 'state'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_draft_proposal_draft_id_state'), table_name='draft_proposal')
    op.drop_table('draft_proposal')
    op.drop_table('draft_edit')
    op.drop_index(op.f('ix_draft_ground_draft_id'), table_name='draft_ground')
    op.drop_table('draft_ground')
    op.drop_index('uq_plan_draft_open', table_name='plan_draft', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.drop_table('plan_draft')
