"""Routes that are opened on the road for drivers who had none."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('opened_route',)
revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('opened_route',
    sa.Column('route_id', sa.Integer(), nullable=False),
    sa.Column('agreed_by', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['route_id'], ['plan_route.id'], name=op.f('fk_opened_route_route_id_plan_route')),
    sa.PrimaryKeyConstraint('route_id', name=op.f('pk_opened_route'))
    )
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('opened_route')
