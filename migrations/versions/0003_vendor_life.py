"""what a vendor may deliver, whom streets have contracts with, who stands in, and a vendor's life step by step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
APPEND_ONLY = ('vendor_checklist_answer', 'vendor_incident', 'vendor_incident_decision', 'vendor_list_item', 'vendor_step')
VENDOR_COLUMNS = (
    ('capacity_lunch', 'INTEGER CONSTRAINT ck_vendor_capacity_lunch CHECK (capacity_lunch >= 0)'),
    ('capacity_dinner', 'INTEGER CONSTRAINT ck_vendor_capacity_dinner CHECK (capacity_dinner >= 0)'),
    ('star', 'INTEGER CONSTRAINT ck_vendor_star CHECK (star between 1 and 5)'),
    ('star_on', 'DATE'),
    ('size_class', 'VARCHAR(12)'),
)
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN: other tables refer to this one, so SQLite must not make it anew.
    for name, kind in VENDOR_COLUMNS:
        op.execute(f'ALTER TABLE vendor ADD COLUMN {name} {kind}')
    op.add_column('vendor', sa.Column('diets', JSON, nullable=False, server_default='[]'))
    op.add_column('kitchen', sa.Column('closed_on', sa.Date(), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('vendor', 'diets', server_default=None)
    with op.batch_alter_table('vehicle') as batch_op:
        batch_op.add_column(sa.Column('vendor_code', sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(op.f('fk_vehicle_vendor_code_vendor'), 'vendor', ['vendor_code'], ['code'])
    op.create_table('vendor_list_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_name', sa.String(length=12), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_en', sa.Text(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('ends', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('version >= 1', name=op.f('ck_vendor_list_item_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_list_item')),
    sa.UniqueConstraint('list_name', 'code', 'version', name=op.f('uq_vendor_list_item_list_name_code_version'))
    )
    op.create_table('vendor_checklist_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('item_code', sa.String(length=40), nullable=False),
    sa.Column('item_version', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_vendor_checklist_answer_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_checklist_answer'))
    )
    op.create_index('ix_vendor_checklist_answer_vendor_code', 'vendor_checklist_answer', ['vendor_code'])

    op.create_table('vendor_incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('item_code', sa.String(length=40), nullable=False),
    sa.Column('item_version', sa.Integer(), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_vendor_incident_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_incident'))
    )
    op.create_index('ix_vendor_incident_vendor_code', 'vendor_incident', ['vendor_code'])

    op.create_table('street_contract',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('contract_no', sa.String(length=60), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('valid_to is null or valid_from <= valid_to', name=op.f('ck_street_contract_dates')),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_street_contract_street_code_street')),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_street_contract_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_street_contract')),
    sa.UniqueConstraint('vendor_code', 'street_code', 'valid_from', name=op.f('uq_street_contract_vendor_code_street_code_valid_from'))
    )
    op.create_index('ix_street_contract_street_code', 'street_contract', ['street_code'])

    op.create_table('vendor_incident_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['vendor_incident.id'], name=op.f('fk_vendor_incident_decision_incident_id_vendor_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_incident_decision')),
    sa.UniqueConstraint('incident_id', name=op.f('uq_vendor_incident_decision_incident_id'))
    )
    op.create_table('vendor_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('from_state', sa.String(length=12), nullable=True),
    sa.Column('to_state', sa.String(length=12), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['vendor_incident.id'], name=op.f('fk_vendor_step_incident_id_vendor_incident')),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_vendor_step_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_step'))
    )
    op.create_index('ix_vendor_step_vendor_code', 'vendor_step', ['vendor_code'])

    op.create_table('street_backup',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=True),
    sa.Column('driver_code', sa.String(length=40), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(vendor_code is null) <> (driver_code is null)', name=op.f('ck_street_backup_one')),
    sa.CheckConstraint('valid_to is null or valid_from <= valid_to', name=op.f('ck_street_backup_dates')),
    sa.ForeignKeyConstraint(['driver_code'], ['driver.code'], name=op.f('fk_street_backup_driver_code_driver')),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_street_backup_street_code_street')),
    sa.ForeignKeyConstraint(['vendor_code'], ['vendor.code'], name=op.f('fk_street_backup_vendor_code_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_street_backup')),
    sa.UniqueConstraint('street_code', 'driver_code', 'valid_from', name=op.f('uq_street_backup_street_code_driver_code_valid_from')),
    sa.UniqueConstraint('street_code', 'vendor_code', 'valid_from', name=op.f('uq_street_backup_street_code_vendor_code_valid_from'))
    )
    op.create_index('ix_street_backup_street_code', 'street_backup', ['street_code'])

    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    for table in ('vendor_step', 'vendor_incident_decision', 'vendor_incident', 'vendor_checklist_answer', 'vendor_list_item'):
        op.drop_table(table)
    op.drop_table('street_backup')
    op.drop_table('street_contract')
    with op.batch_alter_table('vehicle') as batch_op:
        batch_op.drop_constraint(op.f('fk_vehicle_vendor_code_vendor'), type_='foreignkey')
        batch_op.drop_column('vendor_code')
    op.drop_column('kitchen', 'closed_on')
    op.drop_column('vendor', 'diets')
    for name, _kind in reversed(VENDOR_COLUMNS):
        op.drop_column('vendor', name)
