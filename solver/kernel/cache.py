"""Where compiled code is kept: one folder for each state of this package, so that no stale code is ever loaded.

numba's own cache looks at the date of one file at a time and does not see that a function it calls, in another file, has changed.
So the folder's name is a hash of all sources here, and of what else the machine code depends on.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

HERE: Final = Path(__file__).resolve().parent
_MARK: Final = "warmed"


def key() -> str:
    """A hash of every source of the package, the interpreter, numba, numpy and the processor."""
    digest = hashlib.sha256()
    for source in sorted(HERE.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for fact in (
        sys.version,
        version("numba"),
        version("llvmlite"),
        version("numpy"),
        platform.machine(),
        _processor(),
    ):
        digest.update(fact.encode() + b"\0")
    return digest.hexdigest()[:20]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))


def _root() -> Path:
    """``.cache`` of the checkout, or the user's cache, or a temporary folder of this user: the first that can be written."""
    mine = f"mealroute-kernel-{os.getuid()}" if hasattr(os, "getuid") else "mealroute-kernel"
    for root in (HERE.parent.parent / ".cache" / "kernel", Path.home() / ".cache" / "mealroute" / "kernel"):
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(root, os.W_OK):
            return root
    return Path(tempfile.gettempdir()) / mine


FOLDER: Final = _root() / key()

numba.config.CACHE_DIR = str(FOLDER)  # read when a function is decorated


_F = TypeVar("_F", bound=Callable[..., Any])


def jit(function: _F) -> _F:
    """How every function of the kernel is compiled: kept on disk, running without the interpreter lock."""
    return cast("_F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def warmed() -> bool:
    """Whether the code of this state is compiled and kept."""
    return (FOLDER / _MARK).exists()


def mark_warmed() -> None:
    """Say that everything is compiled; folders of other states are dropped."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / _MARK).touch()
    for other in FOLDER.parent.iterdir():
        if other != FOLDER and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)
