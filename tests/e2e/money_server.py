"""The small district two months on, built and served by a process of its own under its own rules; prints the port, then its pages."""

import json
import os
from pathlib import Path

from mealroute.adapters.executor import DaskExecutor
from mealroute.core import crypto, db
from mealroute.core.clock import FixedClock, SystemClock
from tests import money_world, web_world
from tests.conftest import FIELD_KEY
from web import create_app
from web.serving import listen

if __name__ == "__main__":
    folder = Path(os.environ["MEALROUTE_INSTANCE_DIR"])
    crypto.configure_keys([FIELD_KEY])
    with money_world.own_rules(folder):
        money_world.build(folder)
        settings = web_world.settings_for(folder)
        db.configure(settings.database_url)
        executor = DaskExecutor(SystemClock(), settings).start()
        app = create_app(settings, clock=FixedClock(money_world.NOW), executor=executor)
        listen(
            app,
            "127.0.0.1",
            0,
            ready=lambda port: print(json.dumps({"port": port, "pages": money_world.pages()}), flush=True),
        )
