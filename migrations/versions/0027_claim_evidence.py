"""A claim line carries its evidence; months keep what they knew of their people; lines may stand for a site or a grant."""

import sqlalchemy as sa
from alembic import op

TABLES = ("claim_line", "claim_person")
VERBS = ("INSERT", "UPDATE", "DELETE")
COLUMNS = {
    "unit": sa.Column("unit", sa.String(12), server_default="person-day", nullable=False),
    "payee": sa.Column("payee", sa.String(40), server_default="", nullable=False),
    "category": sa.Column("category", sa.String(40), server_default="", nullable=False),
    "age": sa.Column("age", sa.Integer(), nullable=True),
    "ability_level": sa.Column("ability_level", sa.Integer(), nullable=True),
    "run_id": sa.Column("run_id", sa.Integer(), nullable=True),
    "route_no": sa.Column("route_no", sa.Integer(), nullable=True),
    "driver_code": sa.Column("driver_code", sa.String(40), server_default="", nullable=False),
    "station_code": sa.Column("station_code", sa.String(40), server_default="", nullable=False),
    "delivery": sa.Column("delivery", sa.String(8), server_default="", nullable=False),
    "confirmation": sa.Column("confirmation", sa.String(12), server_default="", nullable=False),
    "confirmed_at": sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
    "source": sa.Column("source", sa.String(12), server_default="", nullable=False),
}
OPTIONAL = ("order_id", "book_line_id", "proof_id", "resident_id")
revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _unguard(("claim_line",))
    with op.batch_alter_table("claim_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("natural_key", sa.String(160), nullable=True))
        for column in COLUMNS.values():
            batch_op.add_column(column.copy())
        for name in OPTIONAL:
            batch_op.alter_column(name, existing_type=sa.Integer(), nullable=True)
        batch_op.drop_constraint("uq_claim_line_rule_id_resident_id_day", type_="unique")
    op.execute(
        "update claim_line set natural_key = rule_id || '/' || resident_code || '/' || cast(day as varchar(10)), payee = vendor_code"
    )
    with op.batch_alter_table("claim_line", schema=None) as batch_op:
        batch_op.alter_column("natural_key", existing_type=sa.String(160), nullable=False)
        batch_op.create_unique_constraint("uq_claim_line_natural_key", ["natural_key"])
        batch_op.create_foreign_key("fk_claim_line_run_id_run", "run", ["run_id"], ["id"])
        batch_op.create_index("ix_claim_line_resident_id_day", ["resident_id", "day"], unique=False)
        batch_op.create_index("ix_claim_line_run_id", ["run_id"], unique=False)
    op.create_table(
        "claim_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("living", sa.String(20), nullable=False),
        sa.Column("basic_service", sa.Boolean(), nullable=False),
        sa.Column("basic_service_from", sa.Date(), nullable=True),
        sa.Column("ability_level", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["period_id"], ["settlement_period.id"], name="fk_claim_person_period_id_settlement_period"
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name="fk_claim_person_resident_id_resident"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_person"),
        sa.UniqueConstraint("period_id", "resident_id", name="uq_claim_person_period_id_resident_id"),
    )
    _guard(TABLES)


def downgrade() -> None:
    _unguard(TABLES)
    op.drop_table("claim_person")
    op.execute("delete from claim_line where resident_id is null or proof_id is null")
    with op.batch_alter_table("claim_line", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_line_run_id")
        batch_op.drop_index("ix_claim_line_resident_id_day")
        batch_op.drop_constraint("fk_claim_line_run_id_run", type_="foreignkey")
        batch_op.drop_constraint("uq_claim_line_natural_key", type_="unique")
        batch_op.drop_column("natural_key")
        for name in reversed(COLUMNS):
            batch_op.drop_column(name)
        for name in OPTIONAL:
            batch_op.alter_column(name, existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(
            "uq_claim_line_rule_id_resident_id_day", ["rule_id", "resident_id", "day"]
        )
    _guard(("claim_line",))


def _guard(tables: tuple[str, ...]) -> None:
    """Rows of a closed month can be neither added, changed nor removed."""
    connection = op.get_bind()
    for table in tables:
        for verb in VERBS:
            row = "NEW" if verb == "INSERT" else "OLD"
            closed = f"EXISTS (SELECT 1 FROM settlement_period p WHERE p.id = {row}.period_id AND p.state = 'closed')"
            name, words = f"{table}_closed_{verb.lower()}", f"{table} of a closed period is immutable"
            if connection.dialect.name == "sqlite":
                connection.execute(sa.text(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{words}'); END"
                ))
                continue
            back = "OLD" if verb == "DELETE" else "NEW"
            connection.execute(sa.text(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
                f"IF {closed} THEN RAISE EXCEPTION '{words}'; END IF; RETURN {back}; END $guard$"
            ))
            connection.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"))


def _unguard(tables: tuple[str, ...]) -> None:
    connection = op.get_bind()
    postgres = connection.dialect.name == "postgresql"
    for table in tables:
        for verb in VERBS:
            name = f"{table}_closed_{verb.lower()}"
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if postgres else "")))
            if postgres:
                connection.execute(sa.text(f"DROP FUNCTION IF EXISTS {name}()"))
