"""The pages over the database in the environment, with the clock at five past nine: run and killed by the tests of offers."""

from datetime import timedelta

from waitress import create_server

from mealroute.core import crypto, db
from mealroute.core.clock import FixedClock
from mealroute.core.config import Settings
from tests.forked import Said
from tests.integration.offers_world import NINE
from tests.passwords import hash_quickly
from web import create_app


def serve(said: Said) -> None:
    """The pages as the environment says, until the process is killed; says the port at which it listens."""
    hash_quickly()
    settings = Settings.from_env()
    crypto.configure_keys(settings.field_keys)
    db.configure(settings.database_url)
    app = create_app(settings, clock=FixedClock(NINE + timedelta(minutes=5)))
    app.config["WTF_CSRF_ENABLED"] = False
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    said(int(server.effective_port))
    server.run()
