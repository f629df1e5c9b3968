"""The guard of what claim lines name. PostgreSQL asks once for all lines that a statement adds, where foreign keys would ask six times a line.

A line names a basis of its own month, on both databases. A line of a meal names the order, the resident, the proof and the run of that very meal: what a foreign key does not see. The book line's own
keys and the proof's hold order, resident and run. What a line names cannot go: no month, book line or proof, nor a resident, for a line that
no meal stands behind may name nobody else; and the tables of these cannot be emptied beside it. SQLite has keys for all but the basis.
"""

WORDS = "claim_line disagrees with its evidence"
STRAY = """
    SELECT 1 FROM added a
    LEFT JOIN settlement_period s ON s.id = a.period_id
    LEFT JOIN book_line b ON b.id = a.book_line_id
    LEFT JOIN proof p ON p.id = a.proof_id
    LEFT JOIN resident r ON a.book_line_id IS NULL AND r.id = a.resident_id
    LEFT JOIN claim_basis k ON k.period_id = a.period_id AND k.number = a.basis_no
    WHERE s.id IS NULL OR (a.basis_no IS NOT NULL AND k.number IS NULL) OR (a.book_line_id IS NOT NULL AND b.id IS NULL) OR a.order_id <> b.order_id OR a.resident_id <> b.resident_id OR (a.proof_id IS NOT NULL AND p.id IS NULL)
    OR p.book_line_id <> a.book_line_id OR (a.run_id IS NOT NULL AND p.run_id IS DISTINCT FROM a.run_id)
    OR (a.book_line_id IS NULL AND (a.order_id IS NOT NULL OR a.proof_id IS NOT NULL OR (a.resident_id IS NOT NULL AND r.id IS NULL)))
"""
"""Lines among ``added`` that name what is not there or not theirs."""

_RAISE = "RAISE EXCEPTION '{words}' USING ERRCODE = 'foreign_key_violation'"


def _asking(name: str, where: str, words: str, back: str) -> str:
    body = f"BEGIN IF EXISTS ({where}) THEN {_RAISE.format(words=words)}; END IF; RETURN {back}; END"
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ {body} $guard$"


def _after(verb: str) -> str:
    name = f"claim_line_agrees_{verb.lower()}"
    when = f"AFTER {verb} ON claim_line REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
    return f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION claim_line_agrees()"


_NAMED = {
    "resident": "SELECT 1 FROM claim_line c WHERE c.resident_id = OLD.id",
    "proof": "SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.book_line_id AND c.proof_id = OLD.id",
}


def _staying(table: str) -> tuple[str, str]:
    name = f"claim_line_names_{table}"
    return (
        _asking(name, _NAMED[table], f"a claim line names the {table}", "OLD"),
        f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


_KEPT = {
    "settlement_period": "SELECT 1 FROM claim_line c WHERE c.period_id = OLD.id",
    "book_line": "SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.id",
}
"""Neither may one of these get another number."""
_EMPTIED = {
    "settlement_period": "SELECT 1 FROM claim_line",
    "book_line": "SELECT 1 FROM claim_line c WHERE c.book_line_id IS NOT NULL",
    "proof": "SELECT 1 FROM claim_line c WHERE c.proof_id IS NOT NULL",
    "claim_basis": "SELECT 1 FROM claim_line c WHERE c.basis_no IS NOT NULL",
}


def _kept(table: str) -> tuple[str, str]:
    name = f"{table}_named"
    return (
        _asking(
            name, _KEPT[table], f"a claim line names the {table}", "CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END"
        ),
        f"CREATE TRIGGER {name} BEFORE DELETE OR UPDATE OF id ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


def _emptied(table: str) -> tuple[str, str]:
    name = f"{table}_named_truncate"
    return (
        _asking(name, _EMPTIED[table], f"claim lines name each {table}", "NULL"),
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()",
    )


_GONE = """
    SELECT 1 FROM gone g JOIN claim_line c ON c.period_id = g.period_id AND c.basis_no = g.number
    LEFT JOIN claim_basis k ON k.period_id = g.period_id AND k.number = g.number WHERE k.number IS NULL
"""
"""Bases that a statement took away or numbered anew, and that lines still name."""


def _gone(verb: str) -> str:
    name = f"claim_basis_gone_{verb.lower()}"
    when = f"AFTER {verb} ON claim_basis REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"
    return f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION claim_basis_gone()"


_NAMES_NONE = (
    "NEW.basis_no IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM claim_basis k WHERE k.period_id = NEW.period_id AND k.number = NEW.basis_no)"
)
_NAMED_BY = "EXISTS (SELECT 1 FROM claim_line c WHERE c.period_id = OLD.period_id AND c.basis_no = OLD.number)"


def _abort(name: str, when: str, where: str, words: str) -> str:
    return f"CREATE TRIGGER {name} {when} WHEN {where} BEGIN SELECT RAISE(ABORT, '{words}'); END"


_NAMED_WORDS = "a claim line names the claim_basis"
AGREES: dict[str, dict[str, tuple[str, ...]]] = {
    "postgresql": {
        "claim_basis": (
            _asking("claim_basis_gone", _GONE, _NAMED_WORDS, "NULL"),
            _gone("DELETE"),
            _gone("UPDATE"),
            *_emptied("claim_basis"),
        ),
        "claim_line": (
            _asking("claim_line_agrees", STRAY, WORDS, "NULL"),
            _after("INSERT"),
            _after("UPDATE"),
            *_staying("resident"),
            *_staying("proof"),
            *_kept("settlement_period"),
            *_kept("book_line"),
            *(statement for table in _EMPTIED if table != "claim_basis" for statement in _emptied(table)),
        ),
    },
    "sqlite": {
        "claim_basis": (
            _abort("claim_basis_gone_delete", "BEFORE DELETE ON claim_basis", _NAMED_BY, _NAMED_WORDS),
            _abort("claim_basis_gone_update", "BEFORE UPDATE OF period_id, number ON claim_basis", _NAMED_BY, _NAMED_WORDS),
        ),
        "claim_line": (
            _abort("claim_line_agrees_insert", "AFTER INSERT ON claim_line", _NAMES_NONE, WORDS),
            _abort("claim_line_agrees_update", "AFTER UPDATE OF period_id, basis_no ON claim_line", _NAMES_NONE, WORDS),
        ),
    },
}  # fmt: skip
"""Dialect → table → the statements that make the guard."""
