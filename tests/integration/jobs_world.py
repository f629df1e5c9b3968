"""The server process that the tests of jobs start and kill, and the database that it shares with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mealroute.core import audit, db, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import SystemClock
from mealroute.core.jobs import JobId, JobRecord
from tests.conftest import FIELD_KEY

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """The server process and the database that it shares with the test."""

    def __init__(self, folder: Path, scheduler: str = "", url: str = "") -> None:
        self.folder = folder
        self.scheduler = scheduler
        self.file = folder / "jobs.sqlite"
        self.url = url or f"sqlite:///{self.file}"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        env = {
            **os.environ,
            "MEALROUTE_DATABASE_URL": self.url,
            "MEALROUTE_FIELD_KEYS": FIELD_KEY,
            "MEALROUTE_INSTANCE_DIR": str(self.folder),
            "MEALROUTE_SCHEDULER": self.scheduler,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.job_server"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def queue(self, kind: str, by: Actor, key: str = "") -> JobId:
        payload = {"folder": str(self.folder)}
        with db.unit_of_work() as session:
            return jobs.enqueue(session, kind, f"test/{key or kind}", payload, by=by, clock=SystemClock())[0]

    def job(self, job_id: JobId) -> JobRecord:
        with db.unit_of_work(read_only=True) as session:
            return jobs.job(session, job_id)

    def worker(self, attempt: int) -> int:
        mark = self.folder / f"attempt-{attempt}"
        wait_for(lambda: mark.exists() and mark.read_text() != "")
        return int(mark.read_text())

    def done_rows(self) -> int:
        with db.unit_of_work(read_only=True) as session:
            return len(audit.events(session, action="test.done"))


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process that was started for this test, by what its environment says, with its command."""
    mark, found = f"MEALROUTE_INSTANCE_DIR={folder}\0".encode(), {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes() + b"\0" and alive(int(place.name)):
                found[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
