"""Tasks that behave and misbehave on purpose: what the tests of ``process`` run in a child."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable

Report = Callable[[object], None]


def count(to: int, report: Report) -> int:
    for number in range(to):
        report(number)
    return to


def sleep(seconds: float, report: Report) -> None:
    time.sleep(seconds)
    report("slept")


def crash(report: Report) -> None:
    report("about to crash")
    os.kill(os.getpid(), signal.SIGSEGV)


def spin_in_native_code(seconds: int, report: Report) -> None:
    """Hold the interpreter lock in the C library, as a solver in native code may."""
    report("spinning")
    ctypes.PyDLL(None).sleep(seconds)
