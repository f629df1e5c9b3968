"""Child processes: answers, crashes, deadlines, and no orphan when the parent is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from solver.process import Message, ProcessPool

ROOT = Path(__file__).resolve().parents[3]


def _last(pool: ProcessPool, task: int) -> tuple[list[object], Message]:
    progress: list[object] = []
    while True:
        message = pool.next_message(120)
        assert message is not None
        assert message.task == task
        if message.kind != "progress":
            return progress, message
        progress.append(message.value)


def test_a_task_reports_progress_then_its_result() -> None:
    with ProcessPool() as pool:
        progress, last = _last(pool, pool.start("solver.process_probe:count", 3))

    assert progress == [0, 1, 2]
    assert (last.kind, last.value) == ("done", 3)


def test_an_idle_child_is_used_again() -> None:
    with ProcessPool() as pool:
        _last(pool, pool.start("solver.process_probe:count", 1))
        _last(pool, pool.start("solver.process_probe:count", 1))

        assert len(pool.pids()) == 1


def test_an_exception_in_the_child_is_a_failed_task() -> None:
    with ProcessPool() as pool:
        _, last = _last(pool, pool.start("solver.process_probe:no_such_function"))

    assert last.kind == "failed"
    assert "no_such_function" in str(last.value)


def test_a_crash_of_the_child_is_a_failed_task_and_the_pool_goes_on() -> None:
    with ProcessPool() as pool:
        _, crashed = _last(pool, pool.start("solver.process_probe:crash"))
        _, after = _last(pool, pool.start("solver.process_probe:count", 1))

    assert crashed.kind == "failed"
    assert str(-signal.SIGSEGV) in str(crashed.value)
    assert after.kind == "done"


def test_a_child_that_overstays_its_deadline_is_killed() -> None:
    with ProcessPool() as pool:
        _, last = _last(pool, pool.start("solver.process_probe:sleep", 60, deadline=time.monotonic() + 0.3))

    assert last == Message(last.task, "failed", "killed at its deadline")


def test_a_stopped_task_says_nothing_more() -> None:
    with ProcessPool() as pool:
        task = pool.start("solver.process_probe:sleep", 60)
        pool.stop(task)

        assert pool.next_message(0.2) is None
        assert pool.pids() == ()


def test_killing_the_parent_ends_a_child_that_holds_the_interpreter_lock() -> None:
    script = (
        "import time; from solver.process import ProcessPool; pool = ProcessPool()\n"
        "pool.start('solver.process_probe:spin_in_native_code', 60); pool.next_message(20)\n"
        "print(*pool.pids(), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.kill()
    parent.wait()

    until = time.monotonic() + 60
    while _runs(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"
