"""The guard of closed months: added claim lines are looked at once a statement; nothing can be moved into a closed month, and no table emptied."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CHILDREN = ("claim_line", "claim_person", "explanation")
CLOSED = "EXISTS (SELECT 1 FROM settlement_period p WHERE p.id {rows} AND p.state = 'closed')"
ADDED = "EXISTS (SELECT 1 FROM added JOIN settlement_period p ON p.id = added.period_id WHERE p.state = 'closed')"
ANY = "EXISTS (SELECT 1 FROM settlement_period p WHERE p.state = 'closed')"
STATEMENT = "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite("claim_line", "AFTER", "INSERT", CLOSED.format(rows="= NEW.period_id"))
        for table in CHILDREN:
            _sqlite(table, "BEFORE", "UPDATE", CLOSED.format(rows="IN (OLD.period_id, NEW.period_id)"))
        return
    _postgresql("claim_line", "AFTER", "INSERT", ADDED, "NULL", STATEMENT)
    for table in CHILDREN:
        _postgresql(table, "BEFORE", "UPDATE", CLOSED.format(rows="IN (OLD.period_id, NEW.period_id)"), "NEW", "FOR EACH ROW")
    for table in (*CHILDREN, "settlement_period"):
        _postgresql(table, "BEFORE", "TRUNCATE", ANY, "NULL", "")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite("claim_line", "BEFORE", "INSERT", CLOSED.format(rows="= NEW.period_id"))
        for table in CHILDREN:
            _sqlite(table, "BEFORE", "UPDATE", CLOSED.format(rows="= OLD.period_id"))
        return
    _postgresql("claim_line", "BEFORE", "INSERT", CLOSED.format(rows="= NEW.period_id"), "NEW", "FOR EACH ROW")
    for table in CHILDREN:
        _postgresql(table, "BEFORE", "UPDATE", CLOSED.format(rows="= OLD.period_id"), "NEW", "FOR EACH ROW")
    for table in (*CHILDREN, "settlement_period"):
        op.execute(sa.text(f"DROP TRIGGER {table}_closed_truncate ON {table}"))
        op.execute(sa.text(f"DROP FUNCTION {table}_closed_truncate()"))


def _words(table: str) -> str:
    return f"{table} of a closed period is immutable"


def _sqlite(table: str, when: str, verb: str, closed: str) -> None:
    name = f"{table}_closed_{verb.lower()}"
    op.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}"))
    op.execute(
        sa.text(f"CREATE TRIGGER {name} {when} {verb} ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{_words(table)}'); END")
    )


def _postgresql(table: str, when: str, verb: str, closed: str, back: str, each: str) -> None:
    name = f"{table}_closed_{verb.lower()}"
    op.execute(sa.text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
    op.execute(
        sa.text(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
            f"IF {closed} THEN RAISE EXCEPTION '{_words(table)}'; END IF; RETURN {back}; END $guard$"
        )
    )
    op.execute(sa.text(f"CREATE TRIGGER {name} {when} {verb} ON {table} {each} EXECUTE FUNCTION {name}()"))
