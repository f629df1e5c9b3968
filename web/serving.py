"""The pages behind waitress, which runs on Linux and Windows alike."""

import gc

from mealroute.adapters.executor import DaskExecutor
from mealroute.commands.setup import open_here
from web.factory import create_app


def serve(host: str = "127.0.0.1", port: int = 8000, *, threads: int = 8) -> None:
    """Serve the pages until interrupted: database and keys as the environment names them, jobs in a process beside."""
    from waitress import serve as listen

    found = open_here()
    executor = DaskExecutor(found.clock, found.settings).start()
    try:
        app = create_app(found.settings, clock=found.clock, executor=executor)
        settle()
        listen(app, host=host, port=port, threads=threads, ident=None)
    finally:
        executor.close()


def settle() -> None:
    """Leave what was loaded at the start out of the collector's rounds: they would look through all of it, a quarter of a second
    each time, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
