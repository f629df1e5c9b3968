"""A stand-in for the web server: carries out what is queued until it is killed. Run by the tests of jobs."""

import sys
import time

from mealroute.adapters import executor
from mealroute.core import crypto, db
from mealroute.core.clock import SystemClock
from mealroute.core.config import Settings

NAMES = ("slow", "saving", "deaf", "with_engine", "dying", "refusing", "crashing")
TEST_HANDLERS = {name: f"tests.integration.job_handlers:{name}" for name in NAMES}

if __name__ == "__main__":
    settings = Settings.from_env()
    crypto.configure_keys(settings.field_keys)
    db.configure(settings.database_url)
    executor.HANDLERS.update(TEST_HANDLERS)
    executor.TICKS.clear()  # the database of these tests may lack what they look at
    executor.DaskExecutor(SystemClock(), settings).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(600)
