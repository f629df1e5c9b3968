"""runs offered to vendors, and everything that happened to a run before loading."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
LIVE = sa.text("state in ('open', 'accepted')")

APPEND_ONLY = ('run_event',)
revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cooked_by', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('run_offer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('driver_code', sa.String(length=40), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('why', JSON, nullable=False),
    sa.Column('hand_reason', sa.Text(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offered_by', sa.String(length=80), nullable=False),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_run_offer_run_id_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_offer'))
    )
    with op.batch_alter_table('run_offer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_offer_run_id'), ['run_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_run_offer_state_deadline_at'), ['state', 'deadline_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_run_offer_vendor_code'), ['vendor_code'], unique=False)
        batch_op.create_index('uq_run_offer_live', ['run_id'], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_table('run_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('detail', JSON, nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['run_offer.id'], name=op.f('fk_run_event_offer_id_run_offer')),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_run_event_run_id_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_event'))
    )
    with op.batch_alter_table('run_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_event_run_id'), ['run_id'], unique=False)
    _keep_what_was()
    guard(op.get_bind(), APPEND_ONLY)


def _keep_what_was() -> None:
    """Runs published before there were offers belonged to the vendor that cooks: it holds them from their publishing on."""
    connection = op.get_bind()
    connection.execute(sa.text("update run set cooked_by = vendor_code, accepted_at = published_at"))
    connection.execute(sa.text(
        "update run set begun_at = (select min(server_at) from proof where proof.run_id = run.id) "
        "where exists (select 1 from proof where proof.run_id = run.id)"
    ))
    empty = "'[]'::jsonb" if connection.dialect.name == "postgresql" else "'[]'"
    connection.execute(sa.text(
        "insert into run_offer (run_id, vendor_code, driver_code, place, why, hand_reason, offered_at, offered_by, deadline_at, "
        f"state, answered_at, answered_by, reason) select id, vendor_code, '', 0, {empty}, '', published_at, 'mealroute', "
        "published_at, case when state = 'withdrawn' then 'ended' else 'accepted' end, published_at, 'mealroute', "
        "'published before there were offers' from run"
    ))


def downgrade() -> None:
    op.drop_table('run_event')
    op.drop_table('run_offer')
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_column('begun_at')
        batch_op.drop_column('accepted_at')
        batch_op.drop_column('cooked_by')
