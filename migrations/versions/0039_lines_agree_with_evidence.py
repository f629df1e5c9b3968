"""PostgreSQL asks once a statement whether claim lines agree with their evidence, in the place of four foreign keys a line."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

KEYS = {"order_id": "meal_order", "proof_id": "proof", "resident_id": "resident", "run_id": "run"}
STRAY = """
    SELECT 1 FROM added a
    LEFT JOIN book_line b ON b.id = a.book_line_id
    LEFT JOIN proof p ON p.id = a.proof_id
    LEFT JOIN resident r ON a.book_line_id IS NULL AND r.id = a.resident_id
    WHERE a.order_id <> b.order_id OR a.resident_id <> b.resident_id OR (a.proof_id IS NOT NULL AND p.id IS NULL)
    OR p.book_line_id <> a.book_line_id OR (a.run_id IS NOT NULL AND p.run_id IS DISTINCT FROM a.run_id)
    OR (a.book_line_id IS NULL AND (a.order_id IS NOT NULL OR a.proof_id IS NOT NULL OR (a.resident_id IS NOT NULL AND r.id IS NULL)))
"""
NAMED = {
    "resident": "SELECT 1 FROM claim_line c WHERE c.resident_id = OLD.id",
    "proof": "SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.book_line_id AND c.proof_id = OLD.id",
}
AGREES = (
    f"CREATE FUNCTION claim_line_agrees() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF EXISTS ({STRAY}) "
    "THEN RAISE EXCEPTION 'claim_line disagrees with its evidence' USING ERRCODE = 'foreign_key_violation'; END IF; RETURN NULL; END $guard$",
    *(
        f"CREATE TRIGGER claim_line_agrees_{verb.lower()} AFTER {verb} ON claim_line REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION claim_line_agrees()"
        for verb in ("INSERT", "UPDATE")
    ),
    *(
        statement
        for table, named in NAMED.items()
        for statement in (
            f"CREATE FUNCTION claim_line_names_{table}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF EXISTS ({named}) "
            f"THEN RAISE EXCEPTION 'a claim line names the {table}' USING ERRCODE = 'foreign_key_violation'; END IF; RETURN OLD; END $guard$",
            f"CREATE TRIGGER claim_line_names_{table} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION claim_line_names_{table}()",
        )
    ),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for column, table in KEYS.items():
        op.drop_constraint(f"fk_claim_line_{column}_{table}", "claim_line", type_="foreignkey")
    for statement in AGREES:
        op.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, table in (
        ("claim_line_agrees_insert", "claim_line"), ("claim_line_agrees_update", "claim_line"), ("claim_line_names_resident", "resident"), ("claim_line_names_proof", "proof"),
    ):
        op.execute(sa.text(f"DROP TRIGGER {name} ON {table}"))
    for name in ("claim_line_agrees", "claim_line_names_resident", "claim_line_names_proof"):
        op.execute(sa.text(f"DROP FUNCTION {name}()"))
    for column, table in KEYS.items():
        op.create_foreign_key(f"fk_claim_line_{column}_{table}", "claim_line", table, [column], ["id"])
