"""The pages behind waitress, which runs on Linux and Windows alike; with TLS before it where the settings ask for it."""

import gc
import logging
import socket
import sys

from mealroute.adapters.executor import DaskExecutor
from mealroute.commands.setup import open_here
from web.factory import create_app
from web.tls import Relay, context_of

CONNECTIONS = 4_000
"""Phones keep theirs open; a connection that does nothing costs a little memory."""
SWITCH_S = 0.0005
"""Whoever writes for all gives the interpreter away at each statement; at the usual 5 ms it would wait that long to get it back."""
THREADS = 64
"""Many, because most of them wait: records of doors are written together by whichever comes first."""


def serve(host: str = "127.0.0.1", port: int = 8000, *, threads: int = THREADS) -> None:
    """Serve the pages until interrupted: database and keys as the environment names them, jobs in a process beside."""
    from waitress import serve as listen

    logging.getLogger("waitress.queue").setLevel(
        logging.ERROR
    )  # many waiting is how records of doors are written together
    found = open_here()
    context = (
        context_of(found.settings.tls, found.settings.instance_dir, host=host, clock=found.clock)
        if found.settings.tls
        else None
    )
    executor = DaskExecutor(found.clock, found.settings).start()
    relay = None
    try:
        app = create_app(found.settings, clock=found.clock, executor=executor)
        settle()
        inner = _free_port() if context else port
        if context:
            relay = Relay(host, port, inner, context)
            relay.start()
        listen(
            app, host="127.0.0.1" if context else host, port=inner, threads=threads, ident=None, url_scheme="https" if context else "http",
            connection_limit=CONNECTIONS, asyncore_use_poll=True, backlog=2_048, channel_timeout=180,
        )  # fmt: skip
    finally:
        if relay:
            relay.close()
        executor.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def settle() -> None:
    """Leave what was loaded at the start out of the collector's rounds: they would look through all of it, a quarter of a second
    each time, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
