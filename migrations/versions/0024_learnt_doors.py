"""What single doors teach, and what a plan reckons with at each."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('plan_door',)
revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('plan_door',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.Column('extra_s', sa.Integer(), nullable=False),
    sa.Column('stairs_s', sa.Integer(), nullable=True),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_plan_door_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_door_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_door')),
    sa.UniqueConstraint('version_id', 'book_line_id', name=op.f('uq_plan_door_version_id_book_line_id'))
    )
    with op.batch_alter_table('door_time', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stairs_s', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('met_s', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('day', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('book_line_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_door_time_day', ['day'], unique=False)
        batch_op.create_unique_constraint(op.f('uq_door_time_book_line_id'), ['book_line_id'])
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    with op.batch_alter_table('door_time', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_door_time_book_line_id'), type_='unique')
        batch_op.drop_index('ix_door_time_day')
        for name in ('book_line_id', 'day', 'met_s', 'stairs_s'):
            batch_op.drop_column(name)
    op.drop_table('plan_door')
