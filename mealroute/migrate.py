"""Bring a database to the newest schema; `python -m mealroute migrate` and every start of the program call this."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

from mealroute import models  # noqa: F401 -- registers every table

FOLDER = Path(__file__).resolve().parents[1] / "migrations"


def configuration(connection: Connection) -> Config:
    """Alembic's configuration over an open connection (no ini file: nothing is set twice)."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Apply what is missing, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "head")


def schema_version(engine: Engine) -> str:
    """The revision that the database stands at; empty for a database without a schema."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""
