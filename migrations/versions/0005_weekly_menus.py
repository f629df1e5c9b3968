"""Allergens, textures and dated prices of dishes, published weeks, avoided foods with consent, decisions about a meal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ("dish_choice", "dish_price", "menu_amendment")
revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dish", sa.Column("allergens", JSON, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("dish", sa.Column("textures", JSON, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("dish", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("resident", sa.Column("health_consent", sa.String(10), nullable=False, server_default="unknown"))
    op.add_column("resident", sa.Column("health_consent_on", sa.Date(), nullable=True))
    op.add_column("meal_order", sa.Column("avoids", JSON, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("book_line", sa.Column("avoids", JSON, nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "resident_avoidance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_resident_avoidance_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_avoidance")),
        sa.UniqueConstraint("resident_id", "valid_from", name=op.f("uq_resident_avoidance_resident_id_valid_from")),
    )
    op.create_table(
        "dish_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dish_code", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_dish_price_price")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_dish_price_dish_code_dish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dish_price")),
    )
    op.create_index(op.f("ix_dish_price_dish_code"), "dish_price", ["dish_code"])
    op.create_table(
        "menu_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(80), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("published_by", sa.String(80), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_week")),
        sa.UniqueConstraint("monday", "number", name=op.f("uq_menu_week_monday_number")),
    )
    op.create_table(
        "menu_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(10), nullable=False),
        sa.Column("diet", sa.String(20), nullable=False),
        sa.Column("choice", sa.String(4), nullable=False),
        sa.Column("dish_code", sa.String(40), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_menu_item_price")),
        sa.ForeignKeyConstraint(["week_id"], ["menu_week.id"], name=op.f("fk_menu_item_week_id_menu_week")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_menu_item_dish_code_dish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_item")),
        sa.UniqueConstraint("week_id", "day", "slot", "diet", "choice", name=op.f("uq_menu_item_week_id_day_slot_diet_choice")),
    )
    op.create_table(
        "menu_amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(10), nullable=False),
        sa.Column("diet", sa.String(20), nullable=False),
        sa.Column("choice", sa.String(4), nullable=False),
        sa.Column("before_dish", sa.String(40), nullable=False),
        sa.Column("after_dish", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["week_id"], ["menu_week.id"], name=op.f("fk_menu_amendment_week_id_menu_week")),
        sa.ForeignKeyConstraint(["before_dish"], ["dish.code"], name=op.f("fk_menu_amendment_before_dish_dish")),
        sa.ForeignKeyConstraint(["after_dish"], ["dish.code"], name=op.f("fk_menu_amendment_after_dish_dish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_amendment")),
    )
    op.create_index(op.f("ix_menu_amendment_day_slot"), "menu_amendment", ["day", "slot"])
    op.create_table(
        "dish_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("dish_code", sa.String(40), nullable=True),
        sa.Column("means", sa.String(8), nullable=False),
        sa.Column("voice", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_dish_choice_resident_id_resident")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_dish_choice_dish_code_dish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dish_choice")),
    )
    op.create_index(op.f("ix_dish_choice_day_slot_resident_id"), "dish_choice", ["day", "slot", "resident_id"])
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    for table in ("dish_choice", "menu_amendment", "menu_item", "menu_week", "dish_price", "resident_avoidance"):
        op.drop_table(table)
    for table, column in (
        ("book_line", "avoids"), ("meal_order", "avoids"), ("resident", "health_consent_on"), ("resident", "health_consent"),
        ("dish", "active"), ("dish", "textures"), ("dish", "allergens"),
    ):  # fmt: skip
        op.drop_column(table, column)
