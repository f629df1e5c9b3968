"""Book lines by street, so that a city is settled district by district."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_book_line_street_code_book_id"), "book_line", ["street_code", "book_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_book_line_street_code_book_id"), table_name="book_line")
