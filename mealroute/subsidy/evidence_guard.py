"""PostgreSQL's guard of what claim lines name: asked once for all lines that a statement adds, where foreign keys would ask six times a line.

A line of a meal names the order, the resident, the proof and the run of that very meal: what a foreign key does not see. The book line's own
keys and the proof's hold order, resident and run. What a line names cannot go: no month, book line or proof, nor a resident, for a line that
no meal stands behind may name nobody else; and the tables of these cannot be emptied beside it.
"""

WORDS = "claim_line disagrees with its evidence"
STRAY = """
    SELECT 1 FROM added a
    LEFT JOIN settlement_period s ON s.id = a.period_id
    LEFT JOIN book_line b ON b.id = a.book_line_id
    LEFT JOIN proof p ON p.id = a.proof_id
    LEFT JOIN resident r ON a.book_line_id IS NULL AND r.id = a.resident_id
    WHERE s.id IS NULL OR (a.book_line_id IS NOT NULL AND b.id IS NULL) OR a.order_id <> b.order_id OR a.resident_id <> b.resident_id OR (a.proof_id IS NOT NULL AND p.id IS NULL)
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


AGREES = (
    _asking("claim_line_agrees", STRAY, WORDS, "NULL"),
    _after("INSERT"),
    _after("UPDATE"),
    *_staying("resident"),
    *_staying("proof"),
    *_kept("settlement_period"),
    *_kept("book_line"),
    *(statement for table in _EMPTIED for statement in _emptied(table)),
)
