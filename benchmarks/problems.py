"""Problems by name: a file below ../shared/data or data/instances, ``variant/…`` generated, ``…#no-ride`` without ride limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from benchmarks.instances import best_known, load
from benchmarks.variants import VARIANTS, without_ride
from solver.problem import Problem

ROOT = Path(__file__).resolve().parent.parent
FOLDERS: Final = (ROOT.parent / "shared" / "data", ROOT.parent.parent / "shared" / "data", ROOT / "data" / "instances")
"""Beside the checkout, beside its folder (a worktree), and what the checkout itself holds."""

NO_RIDE: Final = "#no-ride"

KNOWN: Final[dict[str, float]] = {
    "vroom/example_2.json": 5461,
    "vrptw/R101.txt": 16377,
    "vrptw/RC208.txt": 7761,
    "vrptw/R1_2_1.txt": 46672,
    "vrptw/RC1_2_5.txt": 33256,
    "vrptw/C2_2_3.txt": 17634,
    "vrptw/C101.txt": 8273,
    "vrptw/R203.txt": 8708,
}
"""DIMACS best known costs of text instances, times ten; other files have theirs in a .sol beside them."""


def path_of(name: str) -> Path | None:
    """Where an instance is kept; None for a file that is not here."""
    plain = name.removesuffix(NO_RIDE)
    return next((folder / plain for folder in FOLDERS if (folder / plain).is_file()), None)


def present(name: str) -> bool:
    return name.startswith("variant/") or path_of(name) is not None


def problem_named(name: str) -> Problem:
    """Raises FileNotFoundError for a file that is not here, KeyError for an unknown variant."""
    plain = name.removesuffix(NO_RIDE)
    if plain.startswith("variant/"):
        problem = VARIANTS[plain.removeprefix("variant/")]()
    else:
        path = path_of(plain)
        if path is None:
            raise FileNotFoundError(plain)
        problem = load(path)
    return without_ride(problem) if name.endswith(NO_RIDE) else problem


def reference(name: str) -> float | None:
    """The best known cost, in units of the problem; for a district run the bar set for it. None without one."""
    if name in KNOWN:
        return KNOWN[name]
    path = path_of(name)
    if path is None or name.endswith(NO_RIDE):
        return None
    if name.startswith("district/"):
        return float(json.loads((path.parent / "reference.json").read_text())[path.name]["bar"])
    return best_known(path)
