"""Registration, zones, kinds of meal, and the card's facts by date."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ("resident_fact",)
revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
ADDED = (
    ("resident", "registration", 12), ("street", "zone", 20), ("dish", "kind", 20), ("book_line", "zone", 20), ("book_line", "meal_kind", 20),
    ("claim_person", "registration", 12),
)  # fmt: skip


def upgrade() -> None:
    op.create_table('resident_fact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=24), nullable=False),
    sa.Column('before', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=40), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_resident_fact_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resident_fact'))
    )
    op.create_index(op.f('ix_resident_fact_resident_id'), 'resident_fact', ['resident_id'], unique=False)
    for table, column, length in ADDED:
        op.add_column(table, sa.Column(column, sa.String(length=length), server_default="", nullable=False))
    op.add_column("claim_person", sa.Column("changes", JSON, server_default="[]", nullable=False))
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_column("claim_person", "changes")
    for table, column, _length in reversed(ADDED):
        op.drop_column(table, column)
    op.drop_index(op.f('ix_resident_fact_resident_id'), table_name='resident_fact')
    op.drop_table('resident_fact')
