"""What pages show of an open month between two reckonings, with a stamp of the records that it was reckoned from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "month_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamp", JSON, nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_view")),
        sa.UniqueConstraint("payer", "month", name=op.f("uq_month_view_payer_month")),
    )


def downgrade() -> None:
    op.drop_table("month_view")
