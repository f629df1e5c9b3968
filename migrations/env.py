"""Alembic's entry: always runs over the connection that mealroute.migrate hands in."""

from alembic import context

from mealroute import models  # noqa: F401
from mealroute.core.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
