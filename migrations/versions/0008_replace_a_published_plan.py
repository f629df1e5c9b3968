"""Broken rules and who answers for each, runs that go on with earlier runs, notices of a changed plan and who has seen them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

TABLES = ("plan_violation", "plan_override", "run_notice", "notice_receipt")
revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade() -> None:
    op.create_table('plan_violation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('cause', sa.String(length=20), nullable=False),
    sa.Column('route_number', sa.Integer(), nullable=True),
    sa.Column('vehicle_code', sa.String(length=40), nullable=False),
    sa.Column('stop_id', sa.BigInteger(), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_violation_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_violation')),
    sa.UniqueConstraint('version_id', 'key', name=op.f('uq_plan_violation_version_id_key'))
    )
    op.create_table('plan_override',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('cause', sa.String(length=20), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_plan_override_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_override')),
    sa.UniqueConstraint('version_id', 'key', name=op.f('uq_plan_override_version_id_key'))
    )
    op.create_table('run_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('natural_key', sa.String(length=120), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('replaces_version_id', sa.Integer(), nullable=True),
    sa.Column('audience', sa.String(length=8), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('content', JSON, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['replaces_version_id'], ['plan_version.id'], name=op.f('fk_run_notice_replaces_version_id_plan_version')),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_run_notice_run_id_run')),
    sa.ForeignKeyConstraint(['version_id'], ['plan_version.id'], name=op.f('fk_run_notice_version_id_plan_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_notice')),
    sa.UniqueConstraint('natural_key', name=op.f('uq_run_notice_natural_key'))
    )
    op.create_index(op.f('ix_run_notice_version_id'), 'run_notice', ['version_id'])
    op.create_index(op.f('ix_run_notice_run_id'), 'run_notice', ['run_id'])
    op.create_index(op.f('ix_run_notice_audience_code'), 'run_notice', ['audience', 'code'])
    op.create_table('notice_receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('means', sa.String(length=8), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['run_notice.id'], name=op.f('fk_notice_receipt_notice_id_run_notice')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_receipt')),
    sa.UniqueConstraint('notice_id', 'by_name', 'means', name=op.f('uq_notice_receipt_notice_id_by_name_means'))
    )
    # Not by a copy of the table, as SQLite's batches do it: proofs point at runs.
    if "replaces_run_id" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("run")}:
        op.execute("ALTER TABLE run ADD COLUMN replaces_run_id INTEGER CONSTRAINT fk_run_replaces_run_id_run REFERENCES run (id)")
    op.create_index(op.f('ix_run_replaces_run_id'), 'run', ['replaces_run_id'])
    _keys_for_old_versions()
    guard(op.get_bind(), TABLES)


def downgrade() -> None:
    op.drop_index(op.f('ix_run_replaces_run_id'), table_name='run')
    if op.get_bind().dialect.name == "postgresql":  # SQLite drops no column that points at another row
        op.drop_column('run', 'replaces_run_id')
    for table in reversed(TABLES):
        op.drop_table(table)


def _keys_for_old_versions() -> None:
    """Versions saved before kept their broken rules as text only."""
    connection = op.get_bind()
    version = sa.table("plan_version", sa.column("id", sa.Integer), sa.column("violations", JSON))
    target = sa.table(
        "plan_violation", sa.column("version_id"), sa.column("position"), sa.column("key"), sa.column("cause"),
        sa.column("vehicle_code"), sa.column("message"),
    )
    rows = [
        {
            "version_id": number, "position": position, "key": f"{text.partition(':')[0][:20]}/{position}",
            "cause": text.partition(":")[0][:20], "vehicle_code": "", "message": text.partition(":")[2].strip() or text,
        }
        for number, texts in connection.execute(sa.select(version.c.id, version.c.violations))
        for position, text in enumerate(texts or ())
    ]
    if rows:
        connection.execute(sa.insert(target), rows)
