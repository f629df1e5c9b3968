"""Familiar faces: who met whom and when, what a street pays for it, what each plan does for it."""

import os
from datetime import UTC
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

ZONE = ZoneInfo(os.environ.get("MEALROUTE_TIMEZONE") or "Asia/Shanghai")
APPEND_ONLY = ('street_price', 'plan_faces')
revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('plan_faces',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('residents', sa.Integer(), nullable=False),
    sa.Column('closest', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('new_faces', sa.Integer(), nullable=False),
    sa.Column('first_ever', sa.Integer(), nullable=False),
    sa.Column('with_hour', sa.Integer(), nullable=False),
    sa.Column('on_time', sa.Integer(), nullable=False),
    sa.Column('credit_s', sa.Integer(), nullable=False),
    sa.Column('paid_s', sa.Integer(), nullable=True),
    sa.Column('paid_travel_s', sa.Integer(), nullable=True),
    sa.Column('searched_s', sa.Double(), nullable=True),
    sa.CheckConstraint('residents = closest + known + new_faces', name=op.f('ck_plan_faces_residents')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_faces_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_faces')),
    sa.UniqueConstraint('version_id', name=op.f('uq_plan_faces_version_id'))
    )
    op.create_table('street_price',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('known_face', sa.Integer(), nullable=False),
    sa.Column('usual_hour', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_street_price_street_code_street')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_street_price'))
    )
    op.create_index('ix_street_price_street_code_from_day', 'street_price', ['street_code', 'from_day'], unique=False)
    op.create_table('meeting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('met_s', sa.Integer(), nullable=True),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_meeting_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting')),
    sa.UniqueConstraint('book_line_id', name=op.f('uq_meeting_book_line_id'))
    )
    op.create_index('ix_meeting_resident_day', 'meeting', ['resident_id', 'day'], unique=False)
    _learn_from_the_past(op.get_bind())
    guard(op.get_bind(), APPEND_ONLY)


def _learn_from_the_past(connection: sa.Connection) -> None:
    """Handovers in person that are recorded already become memory, with the hour where the record was made at the door."""
    naming = {name: sa.column(name) for name in ("id", "run_id", "visit_id", "book_line_id", "seen", "source", "supersedes_id")}
    proof = sa.table("proof", *naming.values(), sa.column("phone_at", sa.DateTime(timezone=True)))
    run = sa.table("run", sa.column("id"), sa.column("driver_code"), sa.column("day", sa.Date()))
    visit = sa.table("plan_visit", sa.column("id"), sa.column("station_code"))
    line = sa.table("book_line", sa.column("id"), sa.column("resident_id"))
    later = proof.alias("later")
    query = (
        sa.select(proof.c.book_line_id, line.c.resident_id, run.c.driver_code, run.c.day, proof.c.phone_at, proof.c.source)
        .join(run, run.c.id == proof.c.run_id)
        .join(visit, visit.c.id == proof.c.visit_id)
        .join(line, line.c.id == proof.c.book_line_id)
        .where(proof.c.seen == sa.true(), run.c.driver_code != "", visit.c.station_code == "")
        .where(~sa.exists().where(later.c.supersedes_id == proof.c.id))
        .order_by(proof.c.id)
    )
    met = {}
    for number, resident, driver, day, phone_at, source in connection.execute(query):
        at = None
        if phone_at is not None and source in {"phone", "simulated"}:
            local = (phone_at.replace(tzinfo=UTC) if phone_at.tzinfo is None else phone_at).astimezone(ZONE)
            at = local.hour * 3600 + local.minute * 60 + local.second if local.date() == day else None
        met[number] = {"book_line_id": number, "resident_id": resident, "driver_code": driver, "day": day, "met_s": at}
    if met:
        meeting = sa.table(
            "meeting", sa.column("resident_id"), sa.column("driver_code"), sa.column("day", sa.Date()), sa.column("met_s"), sa.column("book_line_id")
        )  # fmt: skip
        connection.execute(sa.insert(meeting), list(met.values()))


def downgrade() -> None:
    op.drop_index('ix_meeting_resident_day', table_name='meeting')
    op.drop_table('meeting')
    op.drop_index('ix_street_price_street_code_from_day', table_name='street_price')
    op.drop_table('street_price')
    op.drop_table('plan_faces')
