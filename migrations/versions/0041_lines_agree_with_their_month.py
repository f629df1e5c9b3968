"""PostgreSQL asks once a statement for a claim line's month and book line too; nobody looks lines up by their run."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KEYS = {"period_id": "settlement_period", "book_line_id": "book_line"}
JOINS = """
    LEFT JOIN book_line b ON b.id = a.book_line_id
    LEFT JOIN proof p ON p.id = a.proof_id
    LEFT JOIN resident r ON a.book_line_id IS NULL AND r.id = a.resident_id
"""
STRAY = """
    a.order_id <> b.order_id OR a.resident_id <> b.resident_id OR (a.proof_id IS NOT NULL AND p.id IS NULL)
    OR p.book_line_id <> a.book_line_id OR (a.run_id IS NOT NULL AND p.run_id IS DISTINCT FROM a.run_id)
    OR (a.book_line_id IS NULL AND (a.order_id IS NOT NULL OR a.proof_id IS NOT NULL OR (a.resident_id IS NOT NULL AND r.id IS NULL)))
"""
BEFORE = f"SELECT 1 FROM added a {JOINS} WHERE {STRAY}"
NOW = (
    f"SELECT 1 FROM added a LEFT JOIN settlement_period s ON s.id = a.period_id {JOINS} "
    f"WHERE s.id IS NULL OR (a.book_line_id IS NOT NULL AND b.id IS NULL) OR {STRAY}"
)
KEPT = {
    "settlement_period": "SELECT 1 FROM claim_line c WHERE c.period_id = OLD.id",
    "book_line": "SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.id",
}
EMPTIED = {
    "settlement_period": "SELECT 1 FROM claim_line",
    "book_line": "SELECT 1 FROM claim_line c WHERE c.book_line_id IS NOT NULL",
    "proof": "SELECT 1 FROM claim_line c WHERE c.proof_id IS NOT NULL",
}


def upgrade() -> None:
    op.drop_index(op.f("ix_claim_line_run_id"), table_name="claim_line")
    if op.get_bind().dialect.name == "sqlite":
        return
    for column, table in KEYS.items():
        op.drop_constraint(f"fk_claim_line_{column}_{table}", "claim_line", type_="foreignkey")
    _asking("claim_line_agrees", NOW, "claim_line disagrees with its evidence", "NULL")
    for table, where in KEPT.items():
        name = f"{table}_named"
        _asking(name, where, f"a claim line names the {table}", "CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END")
        op.execute(
            sa.text(f"CREATE TRIGGER {name} BEFORE DELETE OR UPDATE OF id ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
        )
    for table, where in EMPTIED.items():
        name = f"{table}_named_truncate"
        _asking(name, where, f"claim lines name each {table}", "NULL")
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()"))


def downgrade() -> None:
    op.create_index(op.f("ix_claim_line_run_id"), "claim_line", ["run_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        return
    names = {f"{table}_named": table for table in KEPT}
    names |= {f"{table}_named_truncate": table for table in EMPTIED}
    for name, table in names.items():
        op.execute(sa.text(f"DROP TRIGGER {name} ON {table}"))
        op.execute(sa.text(f"DROP FUNCTION {name}()"))
    _asking("claim_line_agrees", BEFORE, "claim_line disagrees with its evidence", "NULL")
    for column, table in KEYS.items():
        op.create_foreign_key(f"fk_claim_line_{column}_{table}", "claim_line", table, [column], ["id"])


def _asking(name: str, where: str, words: str, back: str) -> None:
    op.execute(
        sa.text(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF EXISTS ({where}) "
            f"THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'foreign_key_violation'; END IF; RETURN {back}; END $guard$"
        )
    )
