"""The pages as ``python -m web`` serves them, without the planning process beside it: a made day has no nightly work to catch up on.

python -m benchmarks.door_server PORT
"""

import logging
import sys

from waitress import serve

from mealroute.commands.setup import open_here
from web.factory import create_app
from web.serving import CONNECTIONS, THREADS, settle

if __name__ == "__main__":
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    found = open_here()
    app = create_app(found.settings, clock=found.clock)
    settle()
    serve(
        app, host="127.0.0.1", port=int(sys.argv[1]), threads=THREADS, ident=None, connection_limit=CONNECTIONS, asyncore_use_poll=True,
        backlog=2_048,
    )  # fmt: skip
