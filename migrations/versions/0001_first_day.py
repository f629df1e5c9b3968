"""every table of one day from files to settlement."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard, unguard

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


APPEND_ONLY = (
    'amendment',
    'audit_event',
    'book_line',
    'payment',
    'plan_line',
    'plan_route',
    'plan_unassigned',
    'plan_visit',
    'proof',
    'state_change',
    'station_receipt',
)
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('detail', JSON, nullable=False),
    sa.Column('rows', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event'))
    )
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_event_action'), ['action'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_event_subject'), ['subject'], unique=False)

    op.create_table('dish',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_en', sa.String(length=160), nullable=False),
    sa.Column('suits', JSON, nullable=False),
    sa.Column('contains', JSON, nullable=False),
    sa.Column('size_large', sa.Boolean(), nullable=False),
    sa.Column('compartment', sa.String(length=8), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('extra', JSON, nullable=False),
    sa.CheckConstraint('price_fen >= 0', name=op.f('ck_dish_price')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dish')),
    sa.UniqueConstraint('code', name=op.f('uq_dish_code'))
    )
    op.create_table('district',
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_district'))
    )
    op.create_table('import_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('file', sa.String(length=200), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('set_aside', sa.Integer(), nullable=False),
    sa.Column('problems', JSON, nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch'))
    )
    with op.batch_alter_table('import_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_batch_kind'), ['kind'], unique=False)

    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('natural_key', sa.String(length=120), nullable=False),
    sa.Column('open_key', sa.String(length=120), nullable=True),
    sa.Column('payload', JSON, nullable=False),
    sa.Column('progress', JSON, nullable=False),
    sa.Column('result', JSON, nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('stop_requested', sa.Boolean(), nullable=False),
    sa.Column('error_code', sa.String(length=60), nullable=False),
    sa.Column('error_sentence', sa.Text(), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('open_key', name=op.f('uq_job_open_key'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_natural_key'), ['natural_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_state_lease_until'), ['state', 'lease_until'], unique=False)

    op.create_table('order_book',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_book')),
    sa.UniqueConstraint('day', 'slot', name=op.f('uq_order_book_day_slot'))
    )
    op.create_table('plan_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('engine', sa.String(length=20), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('cost', sa.BigInteger(), nullable=False),
    sa.Column('distance_m', sa.Integer(), nullable=False),
    sa.Column('travel_s', sa.Integer(), nullable=False),
    sa.Column('routes', sa.Integer(), nullable=False),
    sa.Column('trips', sa.Integer(), nullable=False),
    sa.Column('ordered', sa.Integer(), nullable=False),
    sa.Column('planned', sa.Integer(), nullable=False),
    sa.Column('unassigned', sa.Integer(), nullable=False),
    sa.Column('network', sa.String(length=200), nullable=False),
    sa.Column('matrix_digest', sa.String(length=64), nullable=False),
    sa.Column('estimated_pairs', sa.Integer(), nullable=False),
    sa.Column('problem_json', sa.LargeBinary(), nullable=False),
    sa.Column('plan_json', sa.LargeBinary(), nullable=False),
    sa.Column('geometry_json', sa.LargeBinary(), nullable=True),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('book_digest', sa.String(length=64), nullable=False),
    sa.Column('violations', JSON, nullable=False),
    sa.Column('override_reason', sa.Text(), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', sa.String(length=80), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=80), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdraw_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['plan_version.id'], name=op.f('fk_plan_version_parent_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_version')),
    sa.UniqueConstraint('day', 'slot', 'number', name=op.f('uq_plan_version_day_slot_number'))
    )
    with op.batch_alter_table('plan_version', schema=None) as batch_op:
        batch_op.create_index('uq_plan_version_published', ['day', 'slot'], unique=True, sqlite_where=sa.text("state = 'published'"), postgresql_where=sa.text("state = 'published'"))

    op.create_table('service_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('serves', sa.Boolean(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('as_weekday', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('edited_by', sa.String(length=80), nullable=False),
    sa.CheckConstraint('as_weekday between 1 and 7', name=op.f('ck_service_day_as_weekday')),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_service_day'))
    )
    op.create_table('settlement_period',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('payer', sa.String(length=40), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('closed_by', sa.String(length=80), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totals', JSON, nullable=False),
    sa.Column('lines_digest', sa.String(length=64), nullable=True),
    sa.Column('csv_sha256', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement_period')),
    sa.UniqueConstraint('payer', 'month', name=op.f('uq_settlement_period_payer_month'))
    )
    op.create_table('vendor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('supply_mode', sa.String(length=30), nullable=True),
    sa.Column('contact_name', sa.String(length=80), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('licence_no', sa.String(length=60), nullable=False),
    sa.Column('licence_kind', sa.String(length=60), nullable=False),
    sa.Column('licence_valid_to', sa.Date(), nullable=True),
    sa.Column('filing_no', sa.String(length=60), nullable=False),
    sa.Column('contract_no', sa.String(length=60), nullable=False),
    sa.Column('contract_from', sa.Date(), nullable=True),
    sa.Column('contract_to', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('street_codes', JSON, nullable=False),
    sa.Column('extra', JSON, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor')),
    sa.UniqueConstraint('code', name=op.f('uq_vendor_code'))
    )
    op.create_table('menu_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('diet', sa.String(length=20), nullable=False),
    sa.Column('choice', sa.String(length=4), nullable=False),
    sa.Column('dish_code', sa.String(length=40), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('extra', JSON, nullable=False),
    sa.CheckConstraint('weekday between 1 and 7', name=op.f('ck_menu_entry_weekday')),
    sa.ForeignKeyConstraint(['dish_code'], ['dish.code'], name=op.f('fk_menu_entry_dish_code_dish')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menu_entry')),
    sa.UniqueConstraint('code', name=op.f('uq_menu_entry_code'))
    )
    op.create_table('plan_route',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('vehicle_code', sa.String(length=40), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('trips', sa.Integer(), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('stops', sa.Integer(), nullable=False),
    sa.Column('boxes', sa.Integer(), nullable=False),
    sa.Column('most_aboard', sa.Integer(), nullable=False),
    sa.Column('distance_m', sa.Integer(), nullable=False),
    sa.Column('travel_s', sa.Integer(), nullable=False),
    sa.Column('starts_s', sa.Integer(), nullable=False),
    sa.Column('ends_s', sa.Integer(), nullable=False),
    sa.Column('eat_by_s', sa.Integer(), nullable=False),
    sa.Column('late_margin_s', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_route_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_route')),
    sa.UniqueConstraint('version_id', 'number', name=op.f('uq_plan_route_version_id_number'))
    )
    op.create_table('street',
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('district_code', sa.String(length=6), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('point_source', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['district_code'], ['district.code'], name=op.f('fk_street_district_code_district')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_street'))
    )
    with op.batch_alter_table('street', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_street_district_code'), ['district_code'], unique=False)

    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('display_name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=True),
    sa.Column('vendor_code', sa.String(length=40), nullable=True),
    sa.Column('kitchen_code', sa.String(length=40), nullable=True),
    sa.Column('driver_code', sa.String(length=40), nullable=True),
    sa.Column('station_code', sa.String(length=40), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('failed_attempts', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_account_street_code_street')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('login', name=op.f('uq_account_login'))
    )
    op.create_table('community',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_community_street_code_street')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_community')),
    sa.UniqueConstraint('street_code', 'name', name=op.f('uq_community_street_code_name'))
    )
    op.create_table('kitchen',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('daily_capacity', sa.Integer(), nullable=False),
    sa.Column('loading_places', sa.Integer(), nullable=False),
    sa.Column('extra', JSON, nullable=False),
    sa.CheckConstraint('daily_capacity >= 0', name=op.f('ck_kitchen_capacity')),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_kitchen_street_code_street')),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_kitchen_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kitchen')),
    sa.UniqueConstraint('code', name=op.f('uq_kitchen_code'))
    )
    op.create_table('plan_visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('route_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('trip', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('stop_id', sa.BigInteger(), nullable=True),
    sa.Column('arrival_s', sa.Integer(), nullable=False),
    sa.Column('waiting_s', sa.Integer(), nullable=False),
    sa.Column('setup_s', sa.Integer(), nullable=False),
    sa.Column('service_s', sa.Integer(), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('window_from_s', sa.Integer(), nullable=True),
    sa.Column('window_to_s', sa.Integer(), nullable=True),
    sa.Column('food_margin_s', sa.Integer(), nullable=True),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['route_id'], ['plan_route.id'], name=op.f('fk_plan_visit_route_id_plan_route')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_visit')),
    sa.UniqueConstraint('route_id', 'position', name=op.f('uq_plan_visit_route_id_position'))
    )
    op.create_table('resident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_key', sa.String(length=80), nullable=False),
    sa.Column('name_pinyin', sa.String(length=160), nullable=False),
    sa.Column('name_initials', sa.String(length=40), nullable=False),
    sa.Column('sex', sa.String(length=10), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=False),
    sa.Column('id_number', sa.Text(), nullable=True),
    sa.Column('id_number_index', sa.String(length=64), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('phone_index', sa.String(length=64), nullable=True),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('community', sa.String(length=80), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('address_key', sa.String(length=400), nullable=False),
    sa.Column('building', sa.String(length=80), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('floor', sa.Integer(), nullable=True),
    sa.Column('has_lift', sa.Boolean(), nullable=False),
    sa.Column('door_note', sa.Text(), nullable=False),
    sa.Column('living', sa.String(length=20), nullable=False),
    sa.Column('ability_level', sa.Integer(), nullable=True),
    sa.Column('ability_standard', sa.String(length=40), nullable=False),
    sa.Column('assessed_on', sa.Date(), nullable=True),
    sa.Column('assessment_valid_until', sa.Date(), nullable=True),
    sa.Column('basic_service', sa.Boolean(), nullable=False),
    sa.Column('basic_service_from', sa.Date(), nullable=True),
    sa.Column('handover', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('state_since', sa.Date(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('datum_original', sa.String(length=8), nullable=True),
    sa.Column('lon_original', sa.Double(), nullable=True),
    sa.Column('lat_original', sa.Double(), nullable=True),
    sa.Column('precision', sa.String(length=10), nullable=False),
    sa.Column('point_source', sa.String(length=80), nullable=False),
    sa.Column('point_confirmed_by', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('extra', JSON, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_resident_street_code_street')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resident')),
    sa.UniqueConstraint('code', name=op.f('uq_resident_code'))
    )
    with op.batch_alter_table('resident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_resident_id_number_index'), ['id_number_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_resident_name_pinyin'), ['name_pinyin'], unique=False)
        batch_op.create_index(batch_op.f('ix_resident_phone_index'), ['phone_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_resident_street_code_state'), ['street_code', 'state'], unique=False)

    op.create_table('run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('route_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('vehicle_code', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('link_nonce', sa.String(length=32), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['route_id'], ['plan_route.id'], name=op.f('fk_run_route_id_plan_route')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_run_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run')),
    sa.UniqueConstraint('route_id', name=op.f('uq_run_route_id'))
    )
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_day_slot_state'), ['day', 'slot', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_run_driver_code'), ['driver_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_run_kitchen_code'), ['kitchen_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_run_vendor_code'), ['vendor_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_run_version_id'), ['version_id'], unique=False)

    op.create_table('station',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('operator_vendor_code', sa.String(length=40), nullable=True),
    sa.Column('extra', JSON, nullable=False),
    sa.ForeignKeyConstraint(['operator_vendor_code'], ['vendor.code'], name=op.f('fk_station_operator_vendor_code_vendor')),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_station_street_code_street')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station')),
    sa.UniqueConstraint('code', name=op.f('uq_station_code'))
    )
    op.create_table('contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('relation', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('phone_index', sa.String(length=64), nullable=False),
    sa.Column('may_receive', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_contact_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('resident_id', 'position', name=op.f('uq_contact_resident_id_position'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_phone_index'), ['phone_index'], unique=False)

    op.create_table('door_time',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_door_time_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_door_time'))
    )
    with op.batch_alter_table('door_time', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_door_time_resident_id'), ['resident_id'], unique=False)

    op.create_table('driver',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('phone_index', sa.String(length=64), nullable=True),
    sa.Column('vendor_code', sa.String(length=40), nullable=True),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('shift_start_s', sa.Integer(), nullable=False),
    sa.Column('shift_end_s', sa.Integer(), nullable=False),
    sa.Column('volunteer', sa.Boolean(), nullable=False),
    sa.Column('health_certificate_to', sa.Date(), nullable=True),
    sa.Column('weekdays', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('extra', JSON, nullable=False),
    sa.CheckConstraint('shift_start_s < shift_end_s', name=op.f('ck_driver_shift')),
    sa.ForeignKeyConstraint(['kitchen_code'], ['kitchen.code'], name=op.f('fk_driver_kitchen_code_kitchen')),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_driver_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_driver')),
    sa.UniqueConstraint('code', name=op.f('uq_driver_code'))
    )
    with op.batch_alter_table('driver', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_driver_phone_index'), ['phone_index'], unique=False)

    op.create_table('driver_memory',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_driver_memory_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_driver_memory')),
    sa.UniqueConstraint('resident_id', 'driver_code', name=op.f('uq_driver_memory_resident_id_driver_code'))
    )
    op.create_table('kitchen_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('cooked_at_s', sa.Integer(), nullable=False),
    sa.Column('ready_at_s', sa.Integer(), nullable=False),
    sa.Column('eat_by_s', sa.Integer(), nullable=False),
    sa.CheckConstraint('cooked_at_s <= ready_at_s and ready_at_s < eat_by_s', name=op.f('ck_kitchen_batch_clock')),
    sa.ForeignKeyConstraint(['kitchen_code'], ['kitchen.code'], name=op.f('fk_kitchen_batch_kitchen_code_kitchen')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kitchen_batch')),
    sa.UniqueConstraint('kitchen_code', 'slot', 'cooked_at_s', name=op.f('uq_kitchen_batch_kitchen_code_slot_cooked_at_s'))
    )
    op.create_table('kitchen_diet',
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('diet', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['kitchen_code'], ['kitchen.code'], name=op.f('fk_kitchen_diet_kitchen_code_kitchen')),
    sa.PrimaryKeyConstraint('kitchen_code', 'diet', name=op.f('pk_kitchen_diet'))
    )
    op.create_table('pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_pause_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pause'))
    )
    with op.batch_alter_table('pause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pause_resident_id'), ['resident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pause_starts_on'), ['starts_on'], unique=False)

    op.create_table('resident_category',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_resident_category_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resident_category')),
    sa.UniqueConstraint('resident_id', 'category', 'valid_from', name=op.f('uq_resident_category_resident_id_category_valid_from'))
    )
    op.create_table('resident_diet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('diet', sa.String(length=20), nullable=False),
    sa.Column('strict', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_resident_diet_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resident_diet')),
    sa.UniqueConstraint('resident_id', 'diet', 'valid_from', name=op.f('uq_resident_diet_resident_id_diet_valid_from'))
    )
    op.create_table('standing_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('portions', JSON, nullable=False),
    sa.Column('size', sa.String(length=8), nullable=False),
    sa.Column('choice', sa.String(length=4), nullable=False),
    sa.Column('delivery', sa.String(length=8), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=True),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('pay_means', sa.String(length=14), nullable=False),
    sa.Column('window_from_s', sa.Integer(), nullable=True),
    sa.Column('window_to_s', sa.Integer(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('extra', JSON, nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_standing_order_resident_id_resident')),
    sa.ForeignKeyConstraint(['station_code'], ['station.code'], name=op.f('fk_standing_order_station_code_station')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standing_order')),
    sa.UniqueConstraint('code', name=op.f('uq_standing_order_code'))
    )
    with op.batch_alter_table('standing_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standing_order_resident_id'), ['resident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_standing_order_slot_valid_from'), ['slot', 'valid_from'], unique=False)

    op.create_table('state_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_state_change_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_state_change'))
    )
    with op.batch_alter_table('state_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_state_change_resident_id'), ['resident_id'], unique=False)

    op.create_table('station_receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('signed_by', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('portions >= 0', name=op.f('ck_station_receipt_portions')),
    sa.ForeignKeyConstraint(['visit_id'], ['plan_visit.id'], name=op.f('fk_station_receipt_visit_id_plan_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_receipt')),
    sa.UniqueConstraint('client_id', name=op.f('uq_station_receipt_client_id'))
    )
    with op.batch_alter_table('station_receipt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_station_receipt_visit_id'), ['visit_id'], unique=False)

    op.create_table('meal_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=120), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('standing_order_id', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('size', sa.String(length=8), nullable=False),
    sa.Column('choice', sa.String(length=4), nullable=False),
    sa.Column('dish_code', sa.String(length=40), nullable=True),
    sa.Column('diets', JSON, nullable=False),
    sa.Column('delivery', sa.String(length=8), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=True),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('unit_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('resident_part_fen', sa.BigInteger(), nullable=False),
    sa.Column('expected_subsidy_fen', sa.BigInteger(), nullable=False),
    sa.Column('pay_means', sa.String(length=14), nullable=False),
    sa.Column('window_from_s', sa.Integer(), nullable=False),
    sa.Column('window_to_s', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('cancel_reason', sa.Text(), nullable=False),
    sa.Column('auto_cancelled', sa.Boolean(), nullable=False),
    sa.Column('edited', sa.Boolean(), nullable=False),
    sa.Column('flag', sa.String(length=40), nullable=False),
    sa.Column('flag_owner', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_meal_order_quantity')),
    sa.CheckConstraint('unit_price_fen >= 0 and resident_part_fen >= 0 and expected_subsidy_fen >= 0', name=op.f('ck_meal_order_money')),
    sa.ForeignKeyConstraint(['dish_code'], ['dish.code'], name=op.f('fk_meal_order_dish_code_dish')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_meal_order_resident_id_resident')),
    sa.ForeignKeyConstraint(['standing_order_id'], ['standing_order.id'], name=op.f('fk_meal_order_standing_order_id_standing_order')),
    sa.ForeignKeyConstraint(['station_code'], ['station.code'], name=op.f('fk_meal_order_station_code_station')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meal_order')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_meal_order_natural_key'))
    )
    with op.batch_alter_table('meal_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meal_order_day_slot'), ['day', 'slot'], unique=False)
        batch_op.create_index(batch_op.f('ix_meal_order_resident_id'), ['resident_id'], unique=False)

    op.create_table('vehicle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('plate', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('profile', sa.String(length=20), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('hot_boxes', sa.Integer(), nullable=False),
    sa.Column('cold_boxes', sa.Integer(), nullable=False),
    sa.Column('halal_marked', sa.Boolean(), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=True),
    sa.Column('fixed_fen', sa.BigInteger(), nullable=False),
    sa.Column('per_km_fen', sa.BigInteger(), nullable=False),
    sa.Column('per_hour_fen', sa.BigInteger(), nullable=False),
    sa.Column('max_trips', sa.Integer(), nullable=False),
    sa.Column('load_duration_s', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('extra', JSON, nullable=False),
    sa.CheckConstraint('hot_boxes >= 0 and cold_boxes >= 0', name=op.f('ck_vehicle_boxes')),
    sa.CheckConstraint('max_trips >= 1', name=op.f('ck_vehicle_trips')),
    sa.ForeignKeyConstraint(['driver_code'], ['driver.code'], name=op.f('fk_vehicle_driver_code_driver')),
    sa.ForeignKeyConstraint(['kitchen_code'], ['kitchen.code'], name=op.f('fk_vehicle_kitchen_code_kitchen')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vehicle')),
    sa.UniqueConstraint('code', name=op.f('uq_vehicle_code'))
    )
    op.create_table('book_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('book_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('precision', sa.String(length=10), nullable=False),
    sa.Column('place_key', sa.String(length=400), nullable=False),
    sa.Column('floor', sa.Integer(), nullable=True),
    sa.Column('has_lift', sa.Boolean(), nullable=False),
    sa.Column('diets', JSON, nullable=False),
    sa.Column('strict_diets', JSON, nullable=False),
    sa.Column('dish_code', sa.String(length=40), nullable=True),
    sa.Column('size', sa.String(length=8), nullable=False),
    sa.Column('delivery', sa.String(length=8), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=True),
    sa.Column('handover', sa.String(length=20), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('must_serve', sa.Boolean(), nullable=False),
    sa.Column('window_from_s', sa.Integer(), nullable=False),
    sa.Column('window_to_s', sa.Integer(), nullable=False),
    sa.Column('unit_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('cash_due_fen', sa.BigInteger(), nullable=False),
    sa.Column('flag', sa.String(length=40), nullable=False),
    sa.Column('flag_owner', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['book_id'], ['order_book.id'], name=op.f('fk_book_line_book_id_order_book')),
    sa.ForeignKeyConstraint(['order_id'], ['meal_order.id'], name=op.f('fk_book_line_order_id_meal_order')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_book_line_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_book_line')),
    sa.UniqueConstraint('book_id', 'order_id', 'revision', name=op.f('uq_book_line_book_id_order_id_revision'))
    )
    with op.batch_alter_table('book_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_book_line_order_id'), ['order_id'], unique=False)

    op.create_table('payment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('means', sa.String(length=14), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_payment_amount')),
    sa.ForeignKeyConstraint(['order_id'], ['meal_order.id'], name=op.f('fk_payment_order_id_meal_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_payment_natural_key'))
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_order_id'), ['order_id'], unique=False)

    op.create_table('amendment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('book_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('cancels_line_id', sa.Integer(), nullable=True),
    sa.Column('adds_line_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('before', JSON, nullable=False),
    sa.Column('after', JSON, nullable=False),
    sa.ForeignKeyConstraint(['adds_line_id'], ['book_line.id'], name=op.f('fk_amendment_adds_line_id_book_line')),
    sa.ForeignKeyConstraint(['book_id'], ['order_book.id'], name=op.f('fk_amendment_book_id_order_book')),
    sa.ForeignKeyConstraint(['cancels_line_id'], ['book_line.id'], name=op.f('fk_amendment_cancels_line_id_book_line')),
    sa.ForeignKeyConstraint(['order_id'], ['meal_order.id'], name=op.f('fk_amendment_order_id_meal_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_amendment')),
    sa.UniqueConstraint('adds_line_id', name=op.f('uq_amendment_adds_line_id')),
    sa.UniqueConstraint('cancels_line_id', name=op.f('uq_amendment_cancels_line_id'))
    )
    with op.batch_alter_table('amendment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_amendment_book_id'), ['book_id'], unique=False)

    op.create_table('explanation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_explanation_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_explanation_period_id_settlement_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_explanation')),
    sa.UniqueConstraint('book_line_id', name=op.f('uq_explanation_book_line_id'))
    )
    with op.batch_alter_table('explanation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_explanation_period_id'), ['period_id'], unique=False)

    op.create_table('plan_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=True),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('new_face', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_plan_line_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_line_version_id_plan_version')),
    sa.ForeignKeyConstraint(['visit_id'], ['plan_visit.id'], name=op.f('fk_plan_line_visit_id_plan_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_line')),
    sa.UniqueConstraint('version_id', 'book_line_id', name=op.f('uq_plan_line_version_id_book_line_id'))
    )
    with op.batch_alter_table('plan_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_line_book_line_id'), ['book_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_line_visit_id'), ['visit_id'], unique=False)

    op.create_table('plan_unassigned',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('reason_code', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_plan_unassigned_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_unassigned_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_unassigned')),
    sa.UniqueConstraint('version_id', 'book_line_id', name=op.f('uq_plan_unassigned_version_id_book_line_id'))
    )
    op.create_table('proof',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('seen', sa.Boolean(), nullable=False),
    sa.Column('left_with', sa.String(length=80), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('cash_collected_fen', sa.BigInteger(), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('server_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('supersedes_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('cash_collected_fen >= 0', name=op.f('ck_proof_cash')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_proof_quantity')),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_proof_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_proof_run_id_run')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['proof.id'], name=op.f('fk_proof_supersedes_id_proof')),
    sa.ForeignKeyConstraint(['visit_id'], ['plan_visit.id'], name=op.f('fk_proof_visit_id_plan_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proof')),
    sa.UniqueConstraint('client_id', name=op.f('uq_proof_client_id')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_proof_supersedes_id'))
    )
    with op.batch_alter_table('proof', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proof_book_line_id'), ['book_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proof_run_id'), ['run_id'], unique=False)

    op.create_table('claim_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.String(length=60), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('beneficiary', sa.String(length=12), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('shares', JSON, nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('proof_id', sa.Integer(), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('resident_code', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('street_code', sa.String(length=20), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('unit_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('resident_paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('copay_fen', sa.BigInteger(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('basis', JSON, nullable=False),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_claim_line_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['order_id'], ['meal_order.id'], name=op.f('fk_claim_line_order_id_meal_order')),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_claim_line_period_id_settlement_period')),
    sa.ForeignKeyConstraint(['proof_id'], ['proof.id'], name=op.f('fk_claim_line_proof_id_proof')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_claim_line_resident_id_resident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_line')),
    sa.UniqueConstraint('period_id', 'line_no', name=op.f('uq_claim_line_period_id_line_no')),
    sa.UniqueConstraint('rule_id', 'resident_id', 'day', name=op.f('uq_claim_line_rule_id_resident_id_day'))
    )
    with op.batch_alter_table('claim_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_claim_line_book_line_id'), ['book_line_id'], unique=False)

    op.create_table('follow_up',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=False),
    sa.Column('proof_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('last_step', sa.Text(), nullable=False),
    sa.Column('closed_by', sa.String(length=80), nullable=True),
    sa.Column('closed_how', sa.Text(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['book_line_id'], ['book_line.id'], name=op.f('fk_follow_up_book_line_id_book_line')),
    sa.ForeignKeyConstraint(['proof_id'], ['proof.id'], name=op.f('fk_follow_up_proof_id_proof')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up')),
    sa.UniqueConstraint('book_line_id', name=op.f('uq_follow_up_book_line_id'))
    )
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_follow_up_state'), ['state'], unique=False)

    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    unguard(op.get_bind(), APPEND_ONLY)
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_follow_up_state'))

    op.drop_table('follow_up')
    with op.batch_alter_table('claim_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_claim_line_book_line_id'))

    op.drop_table('claim_line')
    with op.batch_alter_table('proof', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proof_run_id'))
        batch_op.drop_index(batch_op.f('ix_proof_book_line_id'))

    op.drop_table('proof')
    op.drop_table('plan_unassigned')
    with op.batch_alter_table('plan_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_line_visit_id'))
        batch_op.drop_index(batch_op.f('ix_plan_line_book_line_id'))

    op.drop_table('plan_line')
    with op.batch_alter_table('explanation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_explanation_period_id'))

    op.drop_table('explanation')
    with op.batch_alter_table('amendment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_amendment_book_id'))

    op.drop_table('amendment')
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_order_id'))

    op.drop_table('payment')
    with op.batch_alter_table('book_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_book_line_order_id'))

    op.drop_table('book_line')
    op.drop_table('vehicle')
    with op.batch_alter_table('meal_order', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meal_order_resident_id'))
        batch_op.drop_index(batch_op.f('ix_meal_order_day_slot'))

    op.drop_table('meal_order')
    with op.batch_alter_table('station_receipt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_station_receipt_visit_id'))

    op.drop_table('station_receipt')
    with op.batch_alter_table('state_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_state_change_resident_id'))

    op.drop_table('state_change')
    with op.batch_alter_table('standing_order', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_standing_order_slot_valid_from'))
        batch_op.drop_index(batch_op.f('ix_standing_order_resident_id'))

    op.drop_table('standing_order')
    op.drop_table('resident_diet')
    op.drop_table('resident_category')
    with op.batch_alter_table('pause', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pause_starts_on'))
        batch_op.drop_index(batch_op.f('ix_pause_resident_id'))

    op.drop_table('pause')
    op.drop_table('kitchen_diet')
    op.drop_table('kitchen_batch')
    op.drop_table('driver_memory')
    with op.batch_alter_table('driver', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_driver_phone_index'))

    op.drop_table('driver')
    with op.batch_alter_table('door_time', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_door_time_resident_id'))

    op.drop_table('door_time')
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_phone_index'))

    op.drop_table('contact')
    op.drop_table('station')
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_run_version_id'))
        batch_op.drop_index(batch_op.f('ix_run_vendor_code'))
        batch_op.drop_index(batch_op.f('ix_run_kitchen_code'))
        batch_op.drop_index(batch_op.f('ix_run_driver_code'))
        batch_op.drop_index(batch_op.f('ix_run_day_slot_state'))

    op.drop_table('run')
    with op.batch_alter_table('resident', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_resident_street_code_state'))
        batch_op.drop_index(batch_op.f('ix_resident_phone_index'))
        batch_op.drop_index(batch_op.f('ix_resident_name_pinyin'))
        batch_op.drop_index(batch_op.f('ix_resident_id_number_index'))

    op.drop_table('resident')
    op.drop_table('plan_visit')
    op.drop_table('kitchen')
    op.drop_table('community')
    op.drop_table('account')
    with op.batch_alter_table('street', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_street_district_code'))

    op.drop_table('street')
    op.drop_table('plan_route')
    op.drop_table('menu_entry')
    op.drop_table('vendor')
    op.drop_table('settlement_period')
    op.drop_table('service_day')
    with op.batch_alter_table('plan_version', schema=None) as batch_op:
        batch_op.drop_index('uq_plan_version_published', sqlite_where=sa.text("state = 'published'"), postgresql_where=sa.text("state = 'published'"))

    op.drop_table('plan_version')
    op.drop_table('order_book')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_state_lease_until'))
        batch_op.drop_index(batch_op.f('ix_job_natural_key'))

    op.drop_table('job')
    with op.batch_alter_table('import_batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_batch_kind'))

    op.drop_table('import_batch')
    op.drop_table('district')
    op.drop_table('dish')
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_event_subject'))
        batch_op.drop_index(batch_op.f('ix_audit_event_action'))

    op.drop_table('audit_event')
