"""What a search needs to be made again: threads and iterations."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('plan_version', sa.Column('threads', sa.Integer(), server_default='0', nullable=False))
    op.add_column('plan_version', sa.Column('max_iterations', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('plan_version', 'max_iterations')
    op.drop_column('plan_version', 'threads')
