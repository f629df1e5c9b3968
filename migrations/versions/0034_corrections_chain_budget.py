"""Words on closed lines, the chain kept with a month, budget decisions, vendors' awards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SEALED = ('chain_cell',)
APPEND_ONLY = ('line_decision', 'chain_cell', 'chain_word', 'budget_decision', 'vendor_award')
revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('chain_cell',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('street_code', sa.String(length=20), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('kitchen_code', sa.String(length=40), nullable=False),
    sa.Column('figures', JSON, nullable=False),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_chain_cell_period_id_settlement_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chain_cell')),
    sa.UniqueConstraint('period_id', 'day', 'slot', 'street_code', 'vendor_code', 'kitchen_code', name=op.f('uq_chain_cell_period_id_day_slot_street_code_vendor_code_kitchen_code'))
    )
    op.create_table('budget_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('fund', sa.String(length=40), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('document_title', sa.String(length=200), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'cut') = (amount_fen < 0) and amount_fen <> 0", name=op.f('ck_budget_decision_amount')),
    sa.CheckConstraint("kind in ('initial', 'supplement', 'cut', 'appraisal')", name=op.f('ck_budget_decision_kind')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_budget_decision_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_decision')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_budget_decision_natural_key'))
    )
    op.create_index(op.f('ix_budget_decision_year'), 'budget_decision', ['year'], unique=False)
    op.create_table('chain_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("sentence <> ''", name=op.f('ck_chain_word_sentence')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_chain_word_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chain_word')),
    sa.UniqueConstraint('natural_key', 'number', name=op.f('uq_chain_word_natural_key_number'))
    )
    op.create_index(op.f('ix_chain_word_month'), 'chain_word', ['month'], unique=False)
    op.create_table('line_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('take-back', 'release')", name=op.f('ck_line_decision_kind')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_line_decision_reason')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_line_decision_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_line_decision')),
    sa.UniqueConstraint('natural_key', 'number', name=op.f('uq_line_decision_natural_key_number'))
    )
    op.create_index(op.f('ix_line_decision_month'), 'line_decision', ['month'], unique=False)
    op.create_table('vendor_award',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('portions', sa.Integer(), nullable=False),
    sa.Column('claimed_fen', sa.BigInteger(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('grade', sa.String(length=10), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=True),
    sa.Column('digest', sa.String(length=80), nullable=False),
    sa.Column('document', sa.String(length=80), nullable=False),
    sa.Column('rules_from', sa.Date(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_vendor_award_account_id_account')),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_vendor_award_period_id_settlement_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_award')),
    sa.UniqueConstraint('period_id', 'vendor_code', 'revision', name=op.f('uq_vendor_award_period_id_vendor_code_revision'))
    )
    guard(op.get_bind(), APPEND_ONLY)
    connection = op.get_bind()
    for table in SEALED:
        for statement in _seals(connection.dialect.name, table):
            connection.execute(sa.text(statement))


def downgrade() -> None:
    connection = op.get_bind()
    for table in SEALED:
        postgres = connection.dialect.name == "postgresql"
        connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_sealed_insert" + (f" ON {table}" if postgres else "")))
        if postgres:
            connection.execute(sa.text(f"DROP FUNCTION IF EXISTS {table}_sealed_insert()"))
    op.drop_table('vendor_award')
    op.drop_index(op.f('ix_line_decision_month'), table_name='line_decision')
    op.drop_table('line_decision')
    op.drop_index(op.f('ix_chain_word_month'), table_name='chain_word')
    op.drop_table('chain_word')
    op.drop_index(op.f('ix_budget_decision_year'), table_name='budget_decision')
    op.drop_table('budget_decision')
    op.drop_table('chain_cell')


def _seals(dialect: str, table: str) -> tuple[str, ...]:
    closed = "EXISTS (SELECT 1 FROM settlement_period p WHERE p.id = NEW.period_id AND p.state = 'closed')"
    name, words = f"{table}_sealed_insert", f"{table} of a closed period is immutable"
    if dialect == "sqlite":
        return (f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{words}'); END",)
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF {closed} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $guard$",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
