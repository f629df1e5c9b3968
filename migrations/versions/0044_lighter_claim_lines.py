"""Claim lines carry one index less, their keys are compared byte by byte, and PostgreSQL asks once for each meal that lines name."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

WORDS = "claim_line disagrees with its evidence"
NOW = """
    SELECT 1 FROM (SELECT DISTINCT period_id, basis_no FROM added) a
    LEFT JOIN settlement_period s ON s.id = a.period_id
    LEFT JOIN claim_basis k ON k.period_id = a.period_id AND k.number = a.basis_no
    WHERE s.id IS NULL OR (a.basis_no IS NOT NULL AND k.number IS NULL)
    UNION ALL
    SELECT 1 FROM (SELECT DISTINCT book_line_id, order_id, resident_id, proof_id, run_id FROM added WHERE book_line_id IS NOT NULL) a
    LEFT JOIN book_line b ON b.id = a.book_line_id
    LEFT JOIN proof p ON p.id = a.proof_id
    WHERE b.id IS NULL OR a.order_id <> b.order_id OR a.resident_id <> b.resident_id OR (a.proof_id IS NOT NULL AND p.id IS NULL)
    OR p.book_line_id <> a.book_line_id OR (a.run_id IS NOT NULL AND p.run_id IS DISTINCT FROM a.run_id)
    UNION ALL
    SELECT 1 FROM added a WHERE a.book_line_id IS NULL AND (
        a.order_id IS NOT NULL OR a.proof_id IS NOT NULL OR a.run_id IS NOT NULL
        OR (a.resident_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM resident r WHERE r.id = a.resident_id))
    )
"""
BEFORE = """
    SELECT 1 FROM added a
    LEFT JOIN settlement_period s ON s.id = a.period_id
    LEFT JOIN book_line b ON b.id = a.book_line_id
    LEFT JOIN proof p ON p.id = a.proof_id
    LEFT JOIN resident r ON a.book_line_id IS NULL AND r.id = a.resident_id
    LEFT JOIN claim_basis k ON k.period_id = a.period_id AND k.number = a.basis_no
    WHERE s.id IS NULL OR (a.basis_no IS NOT NULL AND k.number IS NULL) OR (a.book_line_id IS NOT NULL AND b.id IS NULL) OR a.order_id <> b.order_id
    OR a.resident_id <> b.resident_id OR (a.proof_id IS NOT NULL AND p.id IS NULL)
    OR p.book_line_id <> a.book_line_id OR (a.run_id IS NOT NULL AND p.run_id IS DISTINCT FROM a.run_id)
    OR (a.book_line_id IS NULL AND (a.order_id IS NOT NULL OR a.proof_id IS NOT NULL OR (a.resident_id IS NOT NULL AND r.id IS NULL)))
"""
NAMED = "SELECT 1 FROM claim_line c WHERE {more}c.resident_id = OLD.id"
NAMED_WORDS = "a claim line names the resident"
ALONE = "book_line_id IS NULL"


def upgrade() -> None:
    op.drop_index("ix_claim_line_resident_id_day", table_name="claim_line")
    op.create_index(
        "ix_claim_line_resident_id", "claim_line", ["resident_id"], postgresql_where=sa.text(ALONE), sqlite_where=sa.text(ALONE)
    )
    op.create_index(op.f("ix_book_line_resident_id"), "book_line", ["resident_id"])
    _guards(NOW, NAMED.format(more="c.book_line_id IS NULL AND "), 'COLLATE "C"')


def downgrade() -> None:
    _guards(BEFORE, NAMED.format(more=""), 'COLLATE "default"')
    op.drop_index(op.f("ix_book_line_resident_id"), table_name="book_line")
    op.drop_index("ix_claim_line_resident_id", table_name="claim_line")
    op.create_index("ix_claim_line_resident_id_day", "claim_line", ["resident_id", "day"])


def _guards(stray: str, named: str, collation: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        name = "claim_line_names_resident_delete"
        op.execute(sa.text(f"DROP TRIGGER {name}"))
        op.execute(
            sa.text(
                f"CREATE TRIGGER {name} BEFORE DELETE ON resident WHEN EXISTS ({named}) BEGIN SELECT RAISE(ABORT, '{NAMED_WORDS}'); END"
            )
        )
        return
    op.execute(sa.text(f"ALTER TABLE claim_line ALTER COLUMN natural_key TYPE VARCHAR(160) {collation}"))
    _asking("claim_line_agrees", stray, WORDS, "NULL")
    _asking("claim_line_names_resident", named, NAMED_WORDS, "OLD")


def _asking(name: str, where: str, words: str, back: str) -> None:
    op.execute(
        sa.text(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF EXISTS ({where}) "
            f"THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'foreign_key_violation'; END IF; RETURN {back}; END $guard$"
        )
    )
