"""Fingerprints kept with a closed month, by which what arrives later is found without computing it again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLE = "period_mark"
revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "period_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("whole", sa.String(length=64), nullable=False),
        sa.Column("people", JSON, nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["settlement_period.id"], name=op.f("fk_period_mark_period_id_settlement_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_mark")),
        sa.UniqueConstraint("period_id", name=op.f("uq_period_mark_period_id")),
    )  # fmt: skip
    connection = op.get_bind()
    guard(connection, (TABLE,))
    for statement in _seals(connection.dialect.name, TABLE):
        connection.execute(sa.text(statement))


def downgrade() -> None:
    connection = op.get_bind()
    postgres = connection.dialect.name == "postgresql"
    connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {TABLE}_sealed_insert" + (f" ON {TABLE}" if postgres else "")))
    if postgres:
        connection.execute(sa.text(f"DROP FUNCTION IF EXISTS {TABLE}_sealed_insert()"))
    op.drop_table("period_mark")


def _seals(dialect: str, table: str) -> tuple[str, ...]:
    closed = "EXISTS (SELECT 1 FROM settlement_period p WHERE p.id = NEW.period_id AND p.state = 'closed')"
    name, words = f"{table}_sealed_insert", f"{table} of a closed period is immutable"
    if dialect == "sqlite":
        return (f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{words}'); END",)
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF {closed} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $guard$",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
