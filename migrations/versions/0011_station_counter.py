"""A station's counter: how warm the boxes came, why the number differs, the end of a hand-out."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

APPEND_ONLY = ('station_closing',)
revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('station_receipt', sa.Column('tenths', sa.Integer(), nullable=True))
    op.add_column('station_receipt', sa.Column('shortfall', sa.String(length=20), nullable=False, server_default=''))
    op.add_column('station_receipt', sa.Column('note', sa.Text(), nullable=False, server_default=''))
    op.create_table('station_closing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('station_code', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('expected', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('handed_out', sa.Integer(), nullable=False),
    sa.Column('not_fetched', sa.Integer(), nullable=False),
    sa.Column('short', sa.Integer(), nullable=False),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('expected = received + missing', name=op.f('ck_station_closing_expected')),
    sa.CheckConstraint('received = handed_out + not_fetched + short', name=op.f('ck_station_closing_received')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_closing')),
    sa.UniqueConstraint('day', 'slot', 'station_code', 'number', name=op.f('uq_station_closing_day_slot_station_code_number'))
    )
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('station_closing')
    for name in ('note', 'shortfall', 'tenths'):
        op.drop_column('station_receipt', name)
