"""Agreements, figures and applications of sites."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('site_agreement', 'site_figure', 'site_application')
revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('site_agreement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('resident_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('agreement_no', sa.String(length=80), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('signed', 'ended')", name=op.f('ck_site_agreement_kind')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_site_agreement_resident_id_resident')),
    sa.ForeignKeyConstraint(['station_code'], ['station.code'], name=op.f('fk_site_agreement_station_code_station')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_agreement')),
    sa.UniqueConstraint('station_code', 'resident_id', 'day', 'kind', name=op.f('uq_site_agreement_station_code_resident_id_day_kind'))
    )
    op.create_table('site_application',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=60), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('cost_fen', sa.BigInteger(), nullable=True),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['station_code'], ['station.code'], name=op.f('fk_site_application_station_code_station')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_application')),
    sa.UniqueConstraint('reference', name=op.f('uq_site_application_reference'))
    )
    op.create_index(op.f('ix_site_application_day'), 'site_application', ['day'], unique=False)
    op.create_table('site_figure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['station_code'], ['station.code'], name=op.f('fk_site_figure_station_code_station')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_figure')),
    sa.UniqueConstraint('station_code', 'name', 'valid_from', 'value', name=op.f('uq_site_figure_station_code_name_valid_from_value'))
    )
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('site_figure')
    op.drop_index(op.f('ix_site_application_day'), table_name='site_application')
    op.drop_table('site_application')
    op.drop_table('site_agreement')
