"""Jobs know whose turn they take in the queue, and why they wait."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job") as batch_op:
        batch_op.add_column(sa.Column("asker", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("waiting_code", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("job") as batch_op:  # the models state no default of the database
        batch_op.alter_column("asker", server_default=None)
        batch_op.alter_column("waiting_code", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("job") as batch_op:
        batch_op.drop_column("waiting_code")
        batch_op.drop_column("asker")
