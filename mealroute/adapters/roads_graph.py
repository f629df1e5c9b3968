"""The compiled road graph of one profile: junctions, directed times along edges, and the edges' shapes. Stored as .npz."""

from __future__ import annotations

import os
import tempfile
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = "roads-3"
"""Part of every stored file's name: raise it when the arrays or the way they are compiled change."""
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
"""What a missing or damaged file raises."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """Edge e joins junctions ``tail[e]`` and ``head[e]`` and takes ``forward_ms[e]`` that way, ``backward_ms[e]`` back;
    -1 where that direction is closed. ``length_dm`` is in decimetres, at least 1. Its shape, both ends included, is
    ``shape_lon[shape_start[e]:shape_start[e + 1]]`` and so on. Every junction reaches every other.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    forward_ms: NDArray[np.int64]
    backward_ms: NDArray[np.int64]
    length_dm: NDArray[np.int64]
    shape_start: NDArray[np.int32]
    shape_lon: NDArray[np.float64]
    shape_lat: NDArray[np.float64]

    @property
    def junctions(self) -> int:
        return len(self.lon)

    @property
    def edges(self) -> int:
        return len(self.tail)

    def shape(self, edge: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitudes and latitudes of an edge from tail to head."""
        span = slice(self.shape_start[edge], self.shape_start[edge + 1])
        return self.shape_lon[span], self.shape_lat[span]

    def save(self, path: Path) -> None:
        """Write at once or not at all: a reader never sees half a file."""
        save_arrays(path, {field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> RoadGraph | None:
        """The stored graph, or None if there is none or it is damaged."""
        arrays = load_arrays(path)
        if arrays is None or any(field.name not in arrays for field in fields(cls)):
            return None
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})


def save_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays to ``path`` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def load_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of ``save_arrays``; None for a missing or damaged file, which is then made anew."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except UNREADABLE:
        return None


def load_array(path: Path, name: str) -> NDArray[Any] | None:
    """One of the arrays of ``save_arrays``, without reading the others; None as ``load_arrays``, or where it is missing."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            found: NDArray[Any] = stored[name]
            return found
    except UNREADABLE:
        return None
