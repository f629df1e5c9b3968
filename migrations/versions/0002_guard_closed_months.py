"""Nothing of a closed month can be added to, changed or removed, also by somebody who writes SQL by hand."""

import sqlalchemy as sa
from alembic import op

TABLES = {"claim_line": ("INSERT", "UPDATE", "DELETE"), "explanation": ("INSERT", "UPDATE", "DELETE"), "settlement_period": ("UPDATE", "DELETE")}
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for table, verbs in TABLES.items():
        for verb in verbs:
            for statement in _statements(connection.dialect.name, table, verb):
                connection.execute(sa.text(statement))


def downgrade() -> None:
    connection = op.get_bind()
    postgres = connection.dialect.name == "postgresql"
    for table, verbs in TABLES.items():
        for verb in verbs:
            name = f"{table}_closed_{verb.lower()}"
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if postgres else "")))
            if postgres:
                connection.execute(sa.text(f"DROP FUNCTION IF EXISTS {name}()"))


def _statements(dialect: str, table: str, verb: str) -> tuple[str, ...]:
    row = "NEW" if verb == "INSERT" else "OLD"
    closed = (
        f"{row}.state = 'closed'"
        if table == "settlement_period"
        else f"EXISTS (SELECT 1 FROM settlement_period p WHERE p.id = {row}.period_id AND p.state = 'closed')"
    )
    name, words = f"{table}_closed_{verb.lower()}", f"{table} of a closed period is immutable"
    if dialect == "sqlite":
        return (f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{words}'); END",)
    back = "OLD" if verb == "DELETE" else "NEW"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        f"IF {closed} THEN RAISE EXCEPTION '{words}'; END IF; RETURN {back}; END $guard$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
