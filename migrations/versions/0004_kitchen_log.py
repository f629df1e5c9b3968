"""The kitchen's day: trips packed, samples kept, temperatures read, boxes counted."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('packed_trip', 'retained_sample', 'sample_discard', 'temperature_reading', 'box_count')
revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('packed_trip',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('vehicle_code', sa.String(length=40), nullable=False),
    sa.Column('trip', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('content', sa.String(length=32), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('packed', sa.Boolean(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_packed_trip')),
    sa.UniqueConstraint('day', 'slot', 'vehicle_code', 'trip', 'number', name=op.f('uq_packed_trip_day_slot_vehicle_code_trip_number'))
    )
    op.create_table('retained_sample',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('dish_code', sa.String(length=40), nullable=False),
    sa.Column('dish_name', sa.String(length=120), nullable=False),
    sa.Column('grams', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('keep_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('correction', sa.Text(), nullable=False),
    sa.CheckConstraint('grams >= 0', name=op.f('ck_retained_sample_grams')),
    sa.ForeignKeyConstraint(['corrects_id'], ['retained_sample.id'], name=op.f('fk_retained_sample_corrects_id_retained_sample')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retained_sample')),
    sa.UniqueConstraint('client_id', name=op.f('uq_retained_sample_client_id')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_retained_sample_corrects_id'))
    )
    op.create_index(op.f('ix_retained_sample_day_slot'), 'retained_sample', ['day', 'slot'], unique=False)
    op.create_index(op.f('ix_retained_sample_kitchen_code'), 'retained_sample', ['kitchen_code'], unique=False)
    op.create_table('sample_discard',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sample_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['sample_id'], ['retained_sample.id'], name=op.f('fk_sample_discard_sample_id_retained_sample')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sample_discard')),
    sa.UniqueConstraint('sample_id', name=op.f('uq_sample_discard_sample_id'))
    )
    op.create_table('temperature_reading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('dish_code', sa.String(length=40), nullable=False),
    sa.Column('dish_name', sa.String(length=120), nullable=False),
    sa.Column('vehicle_code', sa.String(length=40), nullable=False),
    sa.Column('trip', sa.Integer(), nullable=False),
    sa.Column('tenths', sa.Integer(), nullable=False),
    sa.Column('least_tenths', sa.Integer(), nullable=True),
    sa.Column('most_tenths', sa.Integer(), nullable=True),
    sa.Column('in_range', sa.Boolean(), nullable=False),
    sa.Column('action', sa.String(length=16), nullable=False),
    sa.Column('again_tenths', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('correction', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['corrects_id'], ['temperature_reading.id'], name=op.f('fk_temperature_reading_corrects_id_temperature_reading')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_temperature_reading')),
    sa.UniqueConstraint('client_id', name=op.f('uq_temperature_reading_client_id')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_temperature_reading_corrects_id'))
    )
    op.create_index(op.f('ix_temperature_reading_day_slot'), 'temperature_reading', ['day', 'slot'], unique=False)
    op.create_index(op.f('ix_temperature_reading_kitchen_code'), 'temperature_reading', ['kitchen_code'], unique=False)
    op.create_table('kitchen_watch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reading_id', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(length=120), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('closed_by', sa.String(length=80), nullable=True),
    sa.Column('closed_how', sa.Text(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['reading_id'], ['temperature_reading.id'], name=op.f('fk_kitchen_watch_reading_id_temperature_reading')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kitchen_watch')),
    sa.UniqueConstraint('reading_id', name=op.f('uq_kitchen_watch_reading_id'))
    )
    op.create_index(op.f('ix_kitchen_watch_state'), 'kitchen_watch', ['state'], unique=False)
    op.create_table('box_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('vehicle_code', sa.String(length=40), nullable=False),
    sa.Column('route', sa.Integer(), nullable=False),
    sa.Column('trip', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('way', sa.String(length=12), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('count >= 0', name=op.f('ck_box_count_count')),
    sa.ForeignKeyConstraint(['corrects_id'], ['box_count.id'], name=op.f('fk_box_count_corrects_id_box_count')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_box_count')),
    sa.UniqueConstraint('client_id', name=op.f('uq_box_count_client_id')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_box_count_corrects_id'))
    )
    op.create_index(op.f('ix_box_count_kitchen_code_day'), 'box_count', ['kitchen_code', 'day'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('box_count')
    op.drop_table('kitchen_watch')
    op.drop_table('temperature_reading')
    op.drop_table('sample_discard')
    op.drop_table('retained_sample')
    op.drop_table('packed_trip')
