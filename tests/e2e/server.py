"""The pages for the browser tests, in a process of their own: the clock stands on the day of the small district."""

import os
from pathlib import Path

from mealroute.adapters.executor import DaskExecutor
from mealroute.core import crypto, db
from mealroute.core.clock import FixedClock, SystemClock
from mealroute.core.config import Settings
from mealroute.delivery.proof_rulebook import load_proof_rules
from tests.forked import Said
from tests.passwords import hash_quickly
from tests.web_world import MORNING
from web import create_app
from web.serving import listen


def serve(said: Said) -> None:
    """The pages as the environment says, until the process is killed; says the port at which it listens."""
    hash_quickly()
    if rules := os.environ.get("PROOF_RULES"):  # a street that asks for more than the district does
        load_proof_rules.__wrapped__.__defaults__ = (Path(rules),)
    settings = Settings.from_env()
    crypto.configure_keys(settings.field_keys)
    db.configure(settings.database_url)
    executor = DaskExecutor(SystemClock(), settings).start()
    app = create_app(settings, clock=FixedClock(MORNING), executor=executor)
    listen(app, "127.0.0.1", 0, ready=said)
