"""The close of a month: its history, payments, held lines and corrections; nothing is added to a closed one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SEALED = ("held_line", "adjustment_line")
APPEND_ONLY = ('settlement_step', 'settlement_payment', 'held_line', 'adjustment_line')
revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('held_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('reasons', JSON, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('payee', sa.String(length=40), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('rule_id', sa.String(length=60), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('beneficiary', sa.String(length=12), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('shares', JSON, nullable=False),
    sa.Column('copay_fen', sa.BigInteger(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=True),
    sa.Column('proof_id', sa.Integer(), nullable=True),
    sa.Column('resident_code', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('street_code', sa.String(length=20), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('line', JSON, nullable=False),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_held_line_period_id_settlement_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_line')),
    sa.UniqueConstraint('period_id', 'natural_key', 'payee', name=op.f('uq_held_line_period_id_natural_key_payee'))
    )
    op.create_index(op.f('ix_held_line_month'), 'held_line', ['month'], unique=False)
    op.create_table('settlement_payment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('payee', sa.String(length=60), nullable=False),
    sa.Column('payee_name', sa.String(length=120), nullable=False),
    sa.Column('fund', sa.String(length=40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('voucher', sa.String(length=60), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_fen <> 0', name=op.f('ck_settlement_payment_amount')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_settlement_payment_account_id_account')),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_settlement_payment_period_id_settlement_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement_payment')),
    sa.UniqueConstraint('period_id', 'payee', 'fund', 'voucher', name=op.f('uq_settlement_payment_period_id_payee_fund_voucher'))
    )
    op.create_index(op.f('ix_settlement_payment_fund'), 'settlement_payment', ['fund'], unique=False)
    op.create_table('settlement_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=8), nullable=False),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('street_code', sa.String(length=20), nullable=False),
    sa.Column('back_to', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('figures', JSON, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('by_role', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("act in ('explained', 'prepared', 'signed', 'sent-back', 'approved', 'paid', 'objected')", name=op.f('ck_settlement_step_act')),
    sa.CheckConstraint("act not in ('sent-back', 'objected') or reason <> ''", name=op.f('ck_settlement_step_reason')),
    sa.CheckConstraint("step in ('prepare', 'check', 'approve', 'pay')", name=op.f('ck_settlement_step_step')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_settlement_step_account_id_account')),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_settlement_step_period_id_settlement_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement_step')),
    sa.UniqueConstraint('period_id', 'number', name=op.f('uq_settlement_step_period_id_number'))
    )
    op.create_table('adjustment_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('claim_line_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('natural_key', sa.String(length=160), nullable=False),
    sa.Column('payee', sa.String(length=40), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('rule_id', sa.String(length=60), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('beneficiary', sa.String(length=12), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('shares', JSON, nullable=False),
    sa.Column('copay_fen', sa.BigInteger(), nullable=False),
    sa.Column('book_line_id', sa.Integer(), nullable=True),
    sa.Column('proof_id', sa.Integer(), nullable=True),
    sa.Column('resident_code', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('street_code', sa.String(length=20), nullable=False),
    sa.Column('vendor_code', sa.String(length=40), nullable=False),
    sa.Column('line', JSON, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_adjustment_line_account_id_account')),
    sa.ForeignKeyConstraint(['claim_line_id'], ['claim_line.id'], name=op.f('fk_adjustment_line_claim_line_id_claim_line')),
    sa.ForeignKeyConstraint(['period_id'], ['settlement_period.id'], name=op.f('fk_adjustment_line_period_id_settlement_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adjustment_line')),
    sa.UniqueConstraint('natural_key', 'payee', 'number', name=op.f('uq_adjustment_line_natural_key_payee_number')),
    sa.UniqueConstraint('period_id', 'line_no', name=op.f('uq_adjustment_line_period_id_line_no'))
    )
    op.create_index(op.f('ix_adjustment_line_month'), 'adjustment_line', ['month'], unique=False)
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
    op.drop_index(op.f('ix_adjustment_line_month'), table_name='adjustment_line')
    op.drop_table('adjustment_line')
    op.drop_table('settlement_step')
    op.drop_index(op.f('ix_settlement_payment_fund'), table_name='settlement_payment')
    op.drop_table('settlement_payment')
    op.drop_index(op.f('ix_held_line_month'), table_name='held_line')
    op.drop_table('held_line')


def _seals(dialect: str, table: str) -> tuple[str, ...]:
    closed = "EXISTS (SELECT 1 FROM settlement_period p WHERE p.id = NEW.period_id AND p.state = 'closed')"
    name, words = f"{table}_sealed_insert", f"{table} of a closed period is immutable"
    if dialect == "sqlite":
        return (f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {closed} BEGIN SELECT RAISE(ABORT, '{words}'); END",)
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN IF {closed} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $guard$",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
