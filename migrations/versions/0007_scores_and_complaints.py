"""Vendors' scores, complaints with their steps, and what residents say when asked: four tables written once."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ("complaint", "complaint_step", "satisfaction", "vendor_score")
revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vendor_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor_code", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score between 0 and 100", name=op.f("ck_vendor_score_score")),
        sa.ForeignKeyConstraint(["vendor_code"], ["vendor.code"], name=op.f("fk_vendor_score_vendor_code_vendor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_score")),
        sa.UniqueConstraint("vendor_code", "side", "period", "revision", name=op.f("uq_vendor_score_vendor_code_side_period_revision")),
    )
    op.create_table(
        "satisfaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("proof_id", sa.Integer(), nullable=False),
        sa.Column("book_line_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["book_line_id"], ["book_line.id"], name=op.f("fk_satisfaction_book_line_id_book_line")),
        sa.ForeignKeyConstraint(["proof_id"], ["proof.id"], name=op.f("fk_satisfaction_proof_id_proof")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfaction")),
        sa.UniqueConstraint("client_id", name=op.f("uq_satisfaction_client_id")),
    )
    op.create_index(op.f("ix_satisfaction_book_line_id"), "satisfaction", ["book_line_id"])
    op.create_table(
        "complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("complainant", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("book_line_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("street_code", sa.String(length=12), nullable=True),
        sa.Column("vendor_code", sa.String(length=40), nullable=True),
        sa.Column("kitchen_vendor_code", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("by_role", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("resident_id is not null or run_id is not null", name=op.f("ck_complaint_subject")),
        sa.ForeignKeyConstraint(["book_line_id"], ["book_line.id"], name=op.f("fk_complaint_book_line_id_book_line")),
        sa.ForeignKeyConstraint(["kitchen_vendor_code"], ["vendor.code"], name=op.f("fk_complaint_kitchen_vendor_code_vendor")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_complaint_resident_id_resident")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_complaint_run_id_run")),
        sa.ForeignKeyConstraint(["vendor_code"], ["vendor.code"], name=op.f("fk_complaint_vendor_code_vendor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("client_id", name=op.f("uq_complaint_client_id")),
    )
    for column in ("day", "resident_id", "vendor_code", "kitchen_vendor_code"):
        op.create_index(op.f(f"ix_complaint_{column}"), "complaint", [column])
    op.create_table(
        "complaint_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_step_complaint_id_complaint")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_step")),
        sa.UniqueConstraint("complaint_id", "position", name=op.f("uq_complaint_step_complaint_id_position")),
    )
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    tables = ("complaint_step", "complaint", "satisfaction", "vendor_score")
    for table in tables:
        op.drop_table(table)
