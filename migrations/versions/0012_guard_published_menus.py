"""A published week's dishes stay as they were given out, also for somebody who writes SQL by hand."""

import sqlalchemy as sa
from alembic import op

VERBS = {"menu_item": ("INSERT", "UPDATE", "DELETE"), "menu_week": ("UPDATE", "DELETE")}
revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for table, verbs in VERBS.items():
        for verb in verbs:
            for statement in _statements(connection.dialect.name, table, verb):
                connection.execute(sa.text(statement))


def downgrade() -> None:
    connection = op.get_bind()
    postgres = connection.dialect.name == "postgresql"
    for table, verbs in VERBS.items():
        for verb in verbs:
            name = f"{table}_published_{verb.lower()}"
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if postgres else "")))
            if postgres:
                connection.execute(sa.text(f"DROP FUNCTION IF EXISTS {name}()"))


def _statements(dialect: str, table: str, verb: str) -> tuple[str, ...]:
    row = "NEW" if verb == "INSERT" else "OLD"
    published = (
        f"{row}.state = 'published'"
        if table == "menu_week"
        else f"EXISTS (SELECT 1 FROM menu_week w WHERE w.id = {row}.week_id AND w.state = 'published')"
    )
    name, words = f"{table}_published_{verb.lower()}", f"{table} of a published week is immutable"
    if dialect == "sqlite":
        return (f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {published} BEGIN SELECT RAISE(ABORT, '{words}'); END",)
    back = "OLD" if verb == "DELETE" else "NEW"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        f"IF {published} THEN RAISE EXCEPTION '{words}'; END IF; RETURN {back}; END $guard$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
