"""The guard of what claim lines name, in the place of foreign keys, which would ask six times a line.

A line of a meal names the order, the resident, the proof and the run of that very meal: what a foreign key does not see; each line names a
basis of its own month. The book line's own keys and the proof's hold order, resident and run. What a line names cannot go: no month, basis,
book line or proof, nor a resident, for a line that no meal stands behind may name nobody else; and the tables of these cannot be emptied
beside it. PostgreSQL asks once for all lines that a statement adds, SQLite once a line, together with whether its month is open.
"""

WORDS = "claim_line disagrees with its evidence"
CLOSED_WORDS = "claim_line of a closed period is immutable"
STRAY = """
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
"""Lines among ``added`` that name what is not there or not theirs. Each month, basis and meal is asked for once, however many lines it has."""

_MONTH = "EXISTS (SELECT 1 FROM settlement_period s WHERE s.id = NEW.period_id{more})"
_OPEN = _MONTH.format(more=" AND s.state <> 'closed'")
_AGREES = """(
    NEW.basis_no IS NULL OR EXISTS (SELECT 1 FROM claim_basis k WHERE k.period_id = NEW.period_id AND k.number = NEW.basis_no)
) AND CASE WHEN NEW.book_line_id IS NULL THEN
    NEW.order_id IS NULL AND NEW.proof_id IS NULL AND (NEW.resident_id IS NULL OR EXISTS (SELECT 1 FROM resident r WHERE r.id = NEW.resident_id))
ELSE EXISTS (
    SELECT 1 FROM book_line b WHERE b.id = NEW.book_line_id AND coalesce(NEW.order_id, b.order_id) = b.order_id
    AND coalesce(NEW.resident_id, b.resident_id) = b.resident_id
) END AND CASE WHEN NEW.proof_id IS NULL THEN NEW.run_id IS NULL ELSE EXISTS (
    SELECT 1 FROM proof p WHERE p.id = NEW.proof_id AND p.book_line_id = NEW.book_line_id AND coalesce(NEW.run_id, p.run_id) = p.run_id
) END"""
"""Whether what a new line names is there and its own."""
_USUAL = """SELECT 1 FROM settlement_period s CROSS JOIN claim_basis k CROSS JOIN book_line b CROSS JOIN proof p
    WHERE s.id = NEW.period_id AND s.state <> 'closed' AND k.period_id = NEW.period_id AND k.number = NEW.basis_no AND b.id = NEW.book_line_id
    AND b.order_id = NEW.order_id AND b.resident_id = NEW.resident_id AND p.id = NEW.proof_id AND p.book_line_id = NEW.book_line_id
    AND p.run_id = NEW.run_id"""
"""A line of a meal that names everything, as nearly all do: asked first, for one join costs SQLite half of what four questions do."""

_RAISE = "RAISE EXCEPTION '{words}' USING ERRCODE = 'foreign_key_violation'"
_NAMED = {
    "resident": ("", "SELECT 1 FROM claim_line c WHERE c.book_line_id IS NULL AND c.resident_id = OLD.id"),
    "proof": ("", "SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.book_line_id AND c.proof_id = OLD.id"),
    "settlement_period": ("id", "SELECT 1 FROM claim_line c WHERE c.period_id = OLD.id"),
    "book_line": ("id", "SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.id"),
}
"""Table → the column that may not change either, and the lines that name a row."""
_EMPTIED = {
    "settlement_period": "SELECT 1 FROM claim_line",
    "book_line": "SELECT 1 FROM claim_line c WHERE c.book_line_id IS NOT NULL",
    "proof": "SELECT 1 FROM claim_line c WHERE c.proof_id IS NOT NULL",
    "claim_basis": "SELECT 1 FROM claim_line c WHERE c.basis_no IS NOT NULL",
}
_GONE = """
    SELECT 1 FROM gone g JOIN claim_line c ON c.period_id = g.period_id AND c.basis_no = g.number
    LEFT JOIN claim_basis k ON k.period_id = g.period_id AND k.number = g.number WHERE k.number IS NULL
"""
"""Bases that a statement took away or numbered anew, and that lines still name."""
_BASIS_NAMED = "EXISTS (SELECT 1 FROM claim_line c WHERE c.period_id = OLD.period_id AND c.basis_no = OLD.number)"


def _asking(name: str, where: str, words: str, back: str) -> str:
    body = f"BEGIN IF EXISTS ({where}) THEN {_RAISE.format(words=words)}; END IF; RETURN {back}; END"
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ {body} $guard$"


def _each_statement(table: str, verb: str, rows: str, function: str) -> str:
    when = f"AFTER {verb} ON {table} REFERENCING {rows} FOR EACH STATEMENT"
    return f"CREATE TRIGGER {function}_{verb.lower()} {when} EXECUTE FUNCTION {function}()"


def _words(table: str) -> str:
    return f"a claim line names the {table}"


def _name(table: str) -> str:
    return f"{table}_named" if _NAMED[table][0] else f"claim_line_names_{table}"


def _staying(table: str) -> tuple[str, str]:
    column, where = _NAMED[table]
    back = "CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END" if column else "OLD"
    when = f"DELETE OR UPDATE OF {column}" if column else "DELETE"
    return (
        _asking(_name(table), where, _words(table), back),
        f"CREATE TRIGGER {_name(table)} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {_name(table)}()",
    )


def _emptied(table: str) -> tuple[str, str]:
    name = f"{table}_named_truncate"
    return (
        _asking(name, _EMPTIED[table], f"claim lines name each {table}", "NULL"),
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()",
    )


def _abort(name: str, when: str, where: str, words: str) -> str:
    return f"CREATE TRIGGER {name} {when} WHEN {where} BEGIN SELECT RAISE(ABORT, '{words}'); END"


def _sqlite_staying(table: str) -> tuple[str, ...]:
    column, where = _NAMED[table]
    verbs = {"delete": "DELETE", **({"update": f"UPDATE OF {column}"} if column else {})}
    return tuple(
        _abort(f"{_name(table)}_{end}", f"BEFORE {verb} ON {table}", f"EXISTS ({where})", _words(table))
        for end, verb in verbs.items()
    )


_POSTGRESQL = (
    _asking("claim_line_agrees", STRAY, WORDS, "NULL"),
    *(_each_statement("claim_line", verb, "NEW TABLE AS added", "claim_line_agrees") for verb in ("INSERT", "UPDATE")),
    _asking("claim_basis_gone", _GONE, _words("claim_basis"), "NULL"),
    *(_each_statement("claim_basis", verb, "OLD TABLE AS gone", "claim_basis_gone") for verb in ("DELETE", "UPDATE")),
    *(statement for table in _NAMED for statement in _staying(table)),
    *(statement for table in _EMPTIED for statement in _emptied(table)),
)
_ADDED = f"""CREATE TRIGGER claim_line_agrees_insert AFTER INSERT ON claim_line WHEN NOT EXISTS ({_USUAL})
    AND NOT ({_OPEN} AND {_AGREES}) BEGIN
    SELECT RAISE(ABORT, '{CLOSED_WORDS}') WHERE {_MONTH.format(more="")} AND NOT {_OPEN}; SELECT RAISE(ABORT, '{WORDS}');
END"""
_CHANGED = f"NOT ({_MONTH.format(more='')} AND {_AGREES})"
_SQLITE = (
    _ADDED,
    _abort("claim_line_agrees_update", "AFTER UPDATE ON claim_line", _CHANGED, WORDS),
    _abort("claim_basis_gone_delete", "BEFORE DELETE ON claim_basis", _BASIS_NAMED, _words("claim_basis")),
    _abort("claim_basis_gone_update", "BEFORE UPDATE OF period_id, number ON claim_basis", _BASIS_NAMED, _words("claim_basis")),
    *(statement for table in _NAMED for statement in _sqlite_staying(table)),
)  # fmt: skip
STATEMENTS = {"postgresql": _POSTGRESQL, "sqlite": _SQLITE}
"""Dialect → the statements that make the guard, once all these tables are there."""
