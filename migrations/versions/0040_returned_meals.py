"""Full portions that came back to a kitchen, counted by trip."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_meals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("kitchen_code", sa.String(length=40), nullable=False),
        sa.Column("vehicle_code", sa.String(length=40), nullable=False),
        sa.Column("trip", sa.Integer(), nullable=False),
        sa.Column("portions", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("portions >= 0", name=op.f("ck_returned_meals_portions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_meals")),
        sa.UniqueConstraint("client_id", name=op.f("uq_returned_meals_client_id")),
    )
    op.create_index(op.f("ix_returned_meals_day_slot"), "returned_meals", ["day", "slot"], unique=False)
    guard(op.get_bind(), ("returned_meals",))


def downgrade() -> None:
    op.drop_index(op.f("ix_returned_meals_day_slot"), table_name="returned_meals")
    op.drop_table("returned_meals")
