"""A dask scheduler and a worker in processes of their own, as an installation with several machines has them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import SystemRandom

from tests.conftest import FIELD_KEY
from tests.integration.jobs_world import ROOT


class Outside:
    """The scheduler (`dask scheduler`) and the worker (`python -m mealroute work`) that a test starts and kills."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'jobs.sqlite'}"
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start_scheduler(self) -> None:
        command = ("dask", "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        script = str(Path(sys.executable).with_name(command[0]))
        self.scheduler = self._start(script, *command[1:])

    def start_worker(self) -> None:
        self.worker = self._start(sys.executable, "-m", "mealroute", "work", self.address, "--threads", "2")

    def stop(self) -> None:
        for process in (self.worker, self.scheduler):
            kill(process)

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        env = {
            **os.environ,
            "MEALROUTE_DATABASE_URL": self.url,
            "MEALROUTE_FIELD_KEYS": FIELD_KEY,
            "MEALROUTE_INSTANCE_DIR": str(self.folder),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        }
        return subprocess.Popen(command, cwd=ROOT, env=env, stderr=(self.folder / "cluster.log").open("ab"))


def free_port() -> int:
    """Free for as long as nobody listens on it: from a range from which the system gives no connection its own end."""
    for port in SystemRandom().sample(range(10_000, 30_000), 100):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def kill(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()
