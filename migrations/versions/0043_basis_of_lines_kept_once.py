"""What lines of a month have alike of what was looked at stands once for them; where each meal has its own, in columns of the line."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

NUMBERS = ("portions", "stop_no", "planned_s")
BATCH = 5_000
BASIS = sa.table("claim_basis", sa.column("period_id"), sa.column("number"), sa.column("basis", JSON))
LINE = sa.table(
    "claim_line", sa.column("id"), sa.column("period_id"), sa.column("line_no"), sa.column("basis", JSON), sa.column("basis_no"),
    *map(sa.column, NUMBERS), sa.column("cut"),
)  # fmt: skip
CLOSED = "EXISTS (SELECT 1 FROM settlement_period p WHERE p.id {rows} AND p.state = 'closed')"
ROWS = {"INSERT": "= NEW.period_id", "UPDATE": "IN (OLD.period_id, NEW.period_id)", "DELETE": "= OLD.period_id"}
STRAY = """
    SELECT 1 FROM added a
    LEFT JOIN settlement_period s ON s.id = a.period_id
    LEFT JOIN book_line b ON b.id = a.book_line_id
    LEFT JOIN proof p ON p.id = a.proof_id
    LEFT JOIN resident r ON a.book_line_id IS NULL AND r.id = a.resident_id
    {join}
    WHERE s.id IS NULL {where} OR (a.book_line_id IS NOT NULL AND b.id IS NULL) OR a.order_id <> b.order_id
    OR a.resident_id <> b.resident_id OR (a.proof_id IS NOT NULL AND p.id IS NULL)
    OR p.book_line_id <> a.book_line_id OR (a.run_id IS NOT NULL AND p.run_id IS DISTINCT FROM a.run_id)
    OR (a.book_line_id IS NULL AND (a.order_id IS NOT NULL OR a.proof_id IS NOT NULL OR (a.resident_id IS NOT NULL AND r.id IS NULL)))
"""
NOW = STRAY.format(
    join="LEFT JOIN claim_basis k ON k.period_id = a.period_id AND k.number = a.basis_no",
    where="OR (a.basis_no IS NOT NULL AND k.number IS NULL)",
)
BEFORE = STRAY.format(join="", where="")
WORDS = "claim_line disagrees with its evidence"
NAMED = "a claim line names the claim_basis"
GONE = """
    SELECT 1 FROM gone g JOIN claim_line c ON c.period_id = g.period_id AND c.basis_no = g.number
    LEFT JOIN claim_basis k ON k.period_id = g.period_id AND k.number = g.number WHERE k.number IS NULL
"""
MONTH = "EXISTS (SELECT 1 FROM settlement_period s WHERE s.id = NEW.period_id{more})"
OPEN = MONTH.format(more=" AND s.state <> 'closed'")
AGREES = """(
    NEW.basis_no IS NULL OR EXISTS (SELECT 1 FROM claim_basis k WHERE k.period_id = NEW.period_id AND k.number = NEW.basis_no)
) AND CASE WHEN NEW.book_line_id IS NULL THEN
    NEW.order_id IS NULL AND NEW.proof_id IS NULL AND (NEW.resident_id IS NULL OR EXISTS (SELECT 1 FROM resident r WHERE r.id = NEW.resident_id))
ELSE EXISTS (
    SELECT 1 FROM book_line b WHERE b.id = NEW.book_line_id AND coalesce(NEW.order_id, b.order_id) = b.order_id
    AND coalesce(NEW.resident_id, b.resident_id) = b.resident_id
) END AND CASE WHEN NEW.proof_id IS NULL THEN NEW.run_id IS NULL ELSE EXISTS (
    SELECT 1 FROM proof p WHERE p.id = NEW.proof_id AND p.book_line_id = NEW.book_line_id AND coalesce(NEW.run_id, p.run_id) = p.run_id
) END"""
USUAL = """SELECT 1 FROM settlement_period s CROSS JOIN claim_basis k CROSS JOIN book_line b CROSS JOIN proof p
    WHERE s.id = NEW.period_id AND s.state <> 'closed' AND k.period_id = NEW.period_id AND k.number = NEW.basis_no AND b.id = NEW.book_line_id
    AND b.order_id = NEW.order_id AND b.resident_id = NEW.resident_id AND p.id = NEW.proof_id AND p.book_line_id = NEW.book_line_id
    AND p.run_id = NEW.run_id"""
IMMUTABLE = "{table} of a closed period is immutable"
BASIS_NAMED = "EXISTS (SELECT 1 FROM claim_line c WHERE c.period_id = OLD.period_id AND c.basis_no = OLD.number)"
NAMED_BY = {
    "resident": "EXISTS (SELECT 1 FROM claim_line c WHERE c.resident_id = OLD.id)",
    "proof": "EXISTS (SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.book_line_id AND c.proof_id = OLD.id)",
    "settlement_period": "EXISTS (SELECT 1 FROM claim_line c WHERE c.period_id = OLD.id)",
    "book_line": "EXISTS (SELECT 1 FROM claim_line c WHERE c.book_line_id = OLD.id)",
}
SQLITE = {
    "claim_line_agrees_update": ("AFTER UPDATE ON claim_line", f"NOT ({MONTH.format(more='')} AND {AGREES})", WORDS),
    "claim_basis_gone_delete": ("BEFORE DELETE ON claim_basis", BASIS_NAMED, NAMED),
    "claim_basis_gone_update": ("BEFORE UPDATE OF period_id, number ON claim_basis", BASIS_NAMED, NAMED),
    **{
        f"{f'{table}_named' if 'UPDATE' in verb else name}_{verb.split()[0].lower()}": (f"BEFORE {verb} ON {table}", NAMED_BY[table], f"a claim line names the {table}")
        for table, name, verbs in (
            ("resident", "claim_line_names_resident", ("DELETE",)), ("proof", "claim_line_names_proof", ("DELETE",)),
            ("settlement_period", "settlement_period_named", ("DELETE", "UPDATE OF id")), ("book_line", "book_line_named", ("DELETE", "UPDATE OF id")),
        )
        for verb in verbs
    },
    **{
        f"claim_basis_closed_{verb.lower()}": (f"BEFORE {verb} ON claim_basis", CLOSED.format(rows=rows), IMMUTABLE.format(table="claim_basis"))
        for verb, rows in ROWS.items()
    },
}  # fmt: skip
"""SQLite's triggers: when, where, words."""
ADDED = f"""CREATE TRIGGER claim_line_agrees_insert AFTER INSERT ON claim_line WHEN NOT EXISTS ({USUAL})
    AND NOT ({OPEN} AND {AGREES}) BEGIN
    SELECT RAISE(ABORT, '{IMMUTABLE.format(table="claim_line")}') WHERE {MONTH.format(more="")} AND NOT {OPEN}; SELECT RAISE(ABORT, '{WORDS}');
END"""
KEYS = {
    "book_line_id": "book_line", "order_id": "meal_order", "period_id": "settlement_period", "proof_id": "proof", "resident_id": "resident",
    "run_id": "run",
}  # fmt: skip
KEY = "CONSTRAINT fk_claim_line_{column}_{table} FOREIGN KEY({column}) REFERENCES {table} (id)"


def upgrade() -> None:
    op.create_table(
        "claim_basis",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("basis", JSON, nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["settlement_period.id"], name=op.f("fk_claim_basis_period_id_settlement_period")),
        sa.PrimaryKeyConstraint("period_id", "number", name=op.f("pk_claim_basis")),
    )
    for name in ("basis_no", *NUMBERS):
        op.add_column("claim_line", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("claim_line", sa.Column("cut", sa.String(length=20), server_default="", nullable=False))
    _unguarded()
    for period, lines in _lines(op.get_bind(), LINE.c.basis):
        _take_apart(op.get_bind(), period, lines)
    op.drop_column("claim_line", "basis")
    if op.get_bind().dialect.name == "sqlite":
        _rebuilt_in_sqlite(lambda sql: re.sub(r",\s*CONSTRAINT fk_\w+ FOREIGN KEY\([^)]*\) REFERENCES \w+ \(\w+\)", "", sql))
        op.execute(sa.text("DROP TRIGGER claim_line_closed_insert"))
        op.execute(sa.text(ADDED))
        _closed_update_in_sqlite()
        for name, (when, where, words) in SQLITE.items():
            _aborting(name, when, where, words)
        return
    op.execute(sa.text("ALTER TABLE claim_line ENABLE TRIGGER USER"))
    for verb, rows in ROWS.items():
        _raising(f"claim_basis_closed_{verb.lower()}", CLOSED.format(rows=rows), "OLD" if verb == "DELETE" else "NEW")
        _on("claim_basis", f"claim_basis_closed_{verb.lower()}", f"BEFORE {verb}", "FOR EACH ROW")
    _raising("claim_basis_closed_truncate", "EXISTS (SELECT 1 FROM settlement_period p WHERE p.state = 'closed')", "NULL")
    _on("claim_basis", "claim_basis_closed_truncate", "BEFORE TRUNCATE", "")
    _asking("claim_line_agrees", NOW, WORDS)
    _asking("claim_basis_gone", GONE, NAMED)
    for verb in ("DELETE", "UPDATE"):
        _on("claim_basis", f"claim_basis_gone_{verb.lower()}", f"AFTER {verb}", "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT", "claim_basis_gone")
    _asking("claim_basis_named_truncate", "SELECT 1 FROM claim_line c WHERE c.basis_no IS NOT NULL", "claim lines name each claim_basis")
    _on("claim_basis", "claim_basis_named_truncate", "BEFORE TRUNCATE", "")


def downgrade() -> None:
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    if sqlite:
        for name in ("claim_line_agrees_insert", *SQLITE):
            op.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        _asking("claim_line_agrees", BEFORE, WORDS)
    op.add_column("claim_line", sa.Column("basis", JSON, server_default="{}", nullable=False))
    _unguarded()
    for period, lines in _lines(bind, LINE.c.basis_no, *(LINE.c[name] for name in NUMBERS), LINE.c.cut):
        _put_together(bind, period, lines)
    for name in ("basis_no", *NUMBERS, "cut"):
        op.drop_column("claim_line", name)
    if sqlite:
        keys = ", ".join(KEY.format(column=column, table=table) for column, table in KEYS.items())
        _rebuilt_in_sqlite(lambda sql: f"{sql.rstrip()[:-1]}, {keys})")
        _closed_update_in_sqlite()
        closed = CLOSED.format(rows=ROWS["INSERT"])
        _aborting("claim_line_closed_insert", "AFTER INSERT ON claim_line", closed, IMMUTABLE.format(table="claim_line"))
    else:
        op.execute(sa.text("ALTER TABLE claim_line ENABLE TRIGGER USER"))
    op.drop_table("claim_basis")
    if not sqlite:
        for name in ("closed_insert", "closed_update", "closed_delete", "closed_truncate", "gone", "named_truncate"):
            op.execute(sa.text(f"DROP FUNCTION claim_basis_{name}()"))


def _rebuilt_in_sqlite(change: Callable[[str], str]) -> None:
    """Make ``claim_line`` anew by a changed statement; ``adjustment_line``, which names its rows, stands aside meanwhile.

    SQLite adds and drops no foreign key otherwise. Rows, numbers, indexes and triggers stay what they were.
    """
    bind = op.get_bind()
    made = {table: _statements(bind, table) for table in ("claim_line", "adjustment_line")}
    bind.exec_driver_sql("CREATE TABLE kept_adjustment_line AS SELECT * FROM adjustment_line")
    bind.exec_driver_sql("DROP TABLE adjustment_line")
    bind.exec_driver_sql("CREATE TABLE kept_claim_line AS SELECT * FROM claim_line")
    bind.exec_driver_sql("DROP TABLE claim_line")
    for table, (sql, *others) in made.items():
        bind.exec_driver_sql(change(sql) if table == "claim_line" else sql)
        names = ", ".join(f'"{row[1]}"' for row in bind.exec_driver_sql(f"PRAGMA table_info({table})"))
        bind.exec_driver_sql(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept_{table}")
        bind.exec_driver_sql(f"DROP TABLE kept_{table}")
        for statement in others:
            bind.exec_driver_sql(statement)


def _statements(bind: sa.Connection, table: str) -> list[str]:
    """What made a table, its own statement first, then its indexes and triggers."""
    found = bind.exec_driver_sql("SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type <> 'table'", (table,))
    return [sql for _kind, sql in found]


def _lines(bind: sa.Connection, *columns: Any) -> Iterator[tuple[int, list[Any]]]:
    """The lines of each month by their numbers: id and the ``columns``, without those behind another."""
    for (period,) in bind.execute(sa.select(LINE.c.period_id).distinct()).all():
        query = sa.select(LINE.c.id, *columns).where(LINE.c.period_id == period).order_by(LINE.c.line_no)
        yield period, list(bind.execute(query))


def _take_apart(bind: sa.Connection, period: int, lines: list[Any]) -> None:
    numbers: dict[str, int] = {}
    rows = []
    for line, basis in lines:
        alike = {name: value for name, value in basis.items() if name not in {*NUMBERS, "cut"}}
        number = numbers.setdefault(json.dumps(alike, ensure_ascii=False, sort_keys=True), len(numbers) + 1)
        rows.append({"line": line, "basis_no": number, "cut": basis.get("cut", ""), **{name: basis.get(name) for name in NUMBERS}})
    bases = [{"period_id": period, "number": number, "basis": json.loads(text)} for text, number in numbers.items()]
    bind.execute(sa.insert(BASIS), bases)
    _update(bind, rows, ("basis_no", *NUMBERS, "cut"))


def _put_together(bind: sa.Connection, period: int, lines: list[Any]) -> None:
    query = sa.select(BASIS.c.number, BASIS.c.basis).where(BASIS.c.period_id == period)
    bases = dict(bind.execute(query).tuples().all())
    rows = []
    for line, number, *own, cut in lines:
        of_meal = dict(zip(NUMBERS, own, strict=True)) if own[0] is not None else {}
        rows.append({"line": line, "basis": {**bases.get(number, {}), **of_meal, **({"cut": cut} if cut else {})}})
    _update(bind, rows, ("basis",))


def _update(bind: sa.Connection, rows: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    statement = sa.update(LINE).where(LINE.c.id == sa.bindparam("line"))
    values = {name: sa.bindparam(f"new_{name}", type_=LINE.c[name].type) for name in names}
    for begin in range(0, len(rows), BATCH):
        given = [{"line": row["line"], **{f"new_{name}": row[name] for name in names}} for row in rows[begin : begin + BATCH]]
        bind.execute(statement.values(values), given)


def _unguarded() -> None:
    """What a closed month says stays the same; where it stands does not."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("DROP TRIGGER claim_line_closed_update"))
    else:
        op.execute(sa.text("ALTER TABLE claim_line DISABLE TRIGGER USER"))


def _closed_update_in_sqlite() -> None:
    closed = CLOSED.format(rows=ROWS["UPDATE"])
    _aborting("claim_line_closed_update", "BEFORE UPDATE ON claim_line", closed, IMMUTABLE.format(table="claim_line"))


def _aborting(name: str, when: str, where: str, words: str) -> None:
    op.execute(sa.text(f"CREATE TRIGGER {name} {when} WHEN {where} BEGIN SELECT RAISE(ABORT, '{words}'); END"))


def _raising(name: str, where: str, back: str) -> None:
    op.execute(
        sa.text(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
            f"IF {where} THEN RAISE EXCEPTION 'claim_basis of a closed period is immutable'; END IF; RETURN {back}; END $guard$"
        )
    )


def _asking(name: str, where: str, words: str) -> None:
    op.execute(
        sa.text(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF EXISTS ({where}) "
            f"THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'foreign_key_violation'; END IF; RETURN NULL; END $guard$"
        )
    )


def _on(table: str, name: str, when: str, each: str, function: str = "") -> None:
    op.execute(sa.text(f"CREATE TRIGGER {name} {when} ON {table} {each} EXECUTE FUNCTION {function or name}()"))
