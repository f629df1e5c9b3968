"""The ladder of a case: its rungs, steps, duty lists and messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ('case_step', 'street_rule', 'duty_person', 'outgoing_try')
revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _follow_up()
    op.create_table('outgoing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=120), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('to_name', sa.String(length=80), nullable=False),
    sa.Column('to_role', sa.String(length=20), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_outgoing_natural_key'))
    )
    op.create_index('ix_outgoing_state_next_at', 'outgoing', ['state', 'next_at'], unique=False)
    op.create_index(op.f('ix_outgoing_subject'), 'outgoing', ['subject'], unique=False)
    op.create_table('outgoing_try',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outgoing_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('result', sa.String(length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['outgoing_id'], ['outgoing.id'], name=op.f('fk_outgoing_try_outgoing_id_outgoing')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_try'))
    )
    op.create_index(op.f('ix_outgoing_try_outgoing_id'), 'outgoing_try', ['outgoing_id'], unique=False)
    op.create_table('duty_person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('community', sa.String(length=80), nullable=False),
    sa.Column('rung', sa.String(length=10), nullable=False),
    sa.Column('cover', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_duty_person_street_code_street')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_person'))
    )
    op.create_index('ix_duty_person_street_code_rung', 'duty_person', ['street_code', 'rung'], unique=False)
    op.create_table('street_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=20), nullable=False),
    sa.Column('street_code', sa.String(length=12), nullable=False),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('content', JSON, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['street_code'], ['street.code'], name=op.f('fk_street_rule_street_code_street')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_street_rule'))
    )
    op.create_index('ix_street_rule_subject_street_code_from_day', 'street_rule', ['subject', 'street_code', 'from_day'], unique=False)
    op.create_table('case_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=80), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('rung', sa.String(length=10), nullable=False),
    sa.Column('means', sa.String(length=10), nullable=False),
    sa.Column('result', sa.String(length=12), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['follow_up.id'], name=op.f('fk_case_step_case_id_follow_up')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_step')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_case_step_natural_key'))
    )
    op.create_index(op.f('ix_case_step_at'), 'case_step', ['at'], unique=False)
    op.create_index(op.f('ix_case_step_case_id'), 'case_step', ['case_id'], unique=False)
    guard(op.get_bind(), APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f('ix_case_step_case_id'), table_name='case_step')
    op.drop_index(op.f('ix_case_step_at'), table_name='case_step')
    op.drop_table('case_step')
    op.drop_index('ix_street_rule_subject_street_code_from_day', table_name='street_rule')
    op.drop_table('street_rule')
    op.drop_index('ix_duty_person_street_code_rung', table_name='duty_person')
    op.drop_table('duty_person')
    op.drop_index(op.f('ix_outgoing_try_outgoing_id'), table_name='outgoing_try')
    op.drop_table('outgoing_try')
    op.drop_index(op.f('ix_outgoing_subject'), table_name='outgoing')
    op.drop_index('ix_outgoing_state_next_at', table_name='outgoing')
    op.drop_table('outgoing')
    _follow_up_before()


def _follow_up() -> None:
    """A case may begin without a meal; those from before stand on the rung of their owner, opened when their proof came."""
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.add_column(sa.Column('natural_key', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('resident_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('street_code', sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column('rung', sa.String(length=10), server_default='', nullable=False))
        batch_op.add_column(sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "update follow_up set natural_key = 'line/' || book_line_id, "
        "resident_id = (select resident_id from book_line where book_line.id = follow_up.book_line_id), "
        "street_code = (select street_code from book_line where book_line.id = follow_up.book_line_id), "
        "opened_at = (select server_at from proof where proof.id = follow_up.proof_id), "
        "rung = case when owner like '%驿站' or owner like '%station' then 'station' else 'desk' end"
    )
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        for name, kind in (
            ('natural_key', sa.String(length=80)), ('resident_id', sa.Integer()), ('street_code', sa.String(length=12)),
            ('opened_at', sa.DateTime(timezone=True)),
        ):
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.alter_column('book_line_id', existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column('proof_id', existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(op.f('ix_follow_up_resident_id'), ['resident_id'], unique=False)
        batch_op.create_index('ix_follow_up_state_due_at', ['state', 'due_at'], unique=False)
        batch_op.create_unique_constraint(op.f('uq_follow_up_natural_key'), ['natural_key'])
        batch_op.create_foreign_key(op.f('fk_follow_up_resident_id_resident'), 'resident', ['resident_id'], ['id'])


def _follow_up_before() -> None:
    """Cases that no meal began cannot be kept by the tables from before."""
    op.execute("delete from follow_up where book_line_id is null or proof_id is null")
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_follow_up_resident_id_resident'), type_='foreignkey')
        batch_op.drop_constraint(op.f('uq_follow_up_natural_key'), type_='unique')
        batch_op.drop_index('ix_follow_up_state_due_at')
        batch_op.drop_index(op.f('ix_follow_up_resident_id'))
        batch_op.alter_column('proof_id', existing_type=sa.INTEGER(), nullable=False)
        batch_op.alter_column('book_line_id', existing_type=sa.INTEGER(), nullable=False)
        for name in ('opened_at', 'rung', 'street_code', 'resident_id', 'natural_key'):
            batch_op.drop_column(name)
