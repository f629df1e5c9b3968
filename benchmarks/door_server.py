"""The program as ``python -m web`` serves it, without the planning process beside it: a made day has no nightly work to catch up on.

python -m benchmarks.door_server PORT
"""

import sys

from mealroute.commands.setup import open_here
from web.factory import create_app
from web.serving import listen

if __name__ == "__main__":
    found = open_here()
    listen(create_app(found.settings, clock=found.clock), "127.0.0.1", int(sys.argv[1]))
