"""The program at a port: the porch in front, which takes the records of phones, and behind it the pages with waitress.

Both run on Linux and Windows alike; TLS where the settings ask for it.
"""

import gc
import logging
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from mealroute.adapters.executor import DaskExecutor
from mealroute.commands.setup import open_here
from web.factory import create_app
from web.here import context_of as parts_of
from web.porch.door import Door
from web.porch.front import Porch
from web.tls import context_of

SWITCH_S = 0.0005
"""Whoever writes gives the interpreter away at each statement; at the usual 5 ms it would wait that long to get it back."""
THREADS = 8
"""For the pages alone: phones' records need none."""


def serve(host: str = "127.0.0.1", port: int = 8000, *, threads: int = THREADS) -> None:
    """Serve the pages until interrupted: database and keys as the environment names them, jobs in a process beside."""
    found = open_here()
    executor = DaskExecutor(found.clock, found.settings).start()
    try:
        listen(create_app(found.settings, clock=found.clock, executor=executor), host, port, threads=threads)
    finally:
        executor.close()


def listen(
    app: Flask, host: str, port: int, *, threads: int = THREADS, ready: Callable[[int], object] = lambda _port: None
) -> None:
    """The porch at ``host:port`` (0: a free one, told to ``ready``) and the pages behind it, until interrupted."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # several waiting is no fault
    settle()
    pages, porch = opened(app, host, port, threads=threads)
    try:
        ready(porch.start())
        pages.run()
    finally:
        porch.close()


def opened(app: Flask, host: str, port: int, *, threads: int = THREADS) -> tuple[Any, Porch]:
    """The pages' server at a port of this machine that the system chooses, and the porch before it; neither runs yet."""
    from waitress import create_server

    parts = parts_of(app)
    settings = parts.settings
    context = context_of(settings.tls, settings.instance_dir, host=host, clock=parts.clock) if settings.tls else None
    pages = create_server(
        app, host="127.0.0.1", port=0, threads=threads, ident=None, url_scheme="https" if context else "http", asyncore_use_poll=True,
        backlog=1_024, channel_timeout=180, trusted_proxy="127.0.0.1", trusted_proxy_headers={"x-forwarded-for"}, clear_untrusted_proxy_headers=True,
    )  # fmt: skip
    door = Door(parts.doorway, parts.clock, settings)
    return pages, Porch(host, port, int(pages.effective_port), door=door, context=context)


def settle() -> None:
    """Leave what was loaded at the start out of the collector's rounds: they would look through all of it, a quarter of a second
    each time, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
