"""Roads that are closed on a day, with the reason."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('road_closure',)
revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('road_closure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('radius_m', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reopens_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['reopens_id'], ['road_closure.id'], name=op.f('fk_road_closure_reopens_id_road_closure')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_road_closure')),
    sa.UniqueConstraint('reopens_id', name=op.f('uq_road_closure_reopens_id'))
    )
    op.create_index(op.f('ix_road_closure_day'), 'road_closure', ['day'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_road_closure_day'), table_name='road_closure')
    op.drop_table('road_closure')
