"""The travel times of ended drafts may be let go: a ground may be emptied, and still neither changed nor removed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NAME, TABLE = "draft_ground_no_update", "draft_ground"
EMPTIED = (
    "length(new.content) = 0 and length(new.matrices) = 0 and new.id = old.id and new.draft_id = old.draft_id "
    "and new.digest = old.digest"
)


def upgrade() -> None:
    _replace(f"when (not ({EMPTIED})) ")


def downgrade() -> None:
    _replace("")


def _replace(when: str) -> None:
    connection = op.get_bind()
    postgres = connection.dialect.name == "postgresql"
    connection.execute(sa.text(f"drop trigger if exists {NAME}" + (f" on {TABLE}" if postgres else "")))
    if postgres:
        action = f"for each row {when}execute function mealroute_append_only()"
    else:
        action = f"{when}begin select raise(abort, '{TABLE} is append-only'); end"
    connection.execute(sa.text(f"create trigger {NAME} before update on {TABLE} {action}"))
