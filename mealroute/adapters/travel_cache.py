"""Matrices kept on disk: the same points on the same network are searched once, and of more points only the new ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mealroute.adapters.roads_graph import load_array, load_arrays, save_arrays
from mealroute.adapters.travel import Leg, Travel, TravelBlock, TravelMatrix
from mealroute.core.geo import LonLat

KEPT = 64
"""Files kept; the longest unused go first. A matrix of 850 points takes 7 MB."""
LOOKED_AT = 4
"""So many of the last used matrices are looked through for one that holds most of the points."""
FRESH = 0.25
"""Up to this share of new points only they are searched, out and in; with more the whole matrix is."""


class CachedTravel:
    """Any provider, remembered by (network, profile, points). Estimates and servers' answers are remembered alike."""

    def __init__(self, travel: Travel, folder: Path, kept: int = KEPT) -> None:
        self._travel, self._folder, self._kept = travel, folder, kept

    def network_id(self, profile: str) -> str:
        return self._travel.network_id(profile)

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        """The provider's matrix. In whichever order the same points are asked, they are searched once."""
        places = np.unique(_coordinates(points), axis=0)
        at = {(lon, lat): number for number, (lon, lat) in enumerate(places.tolist())}
        whole = self._whole(places, profile)
        order = [at[point.lon, point.lat] for point in points]
        return whole if order == list(range(len(places))) else whole.take(order)

    def between(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str) -> TravelBlock:
        """Part of the matrix of all the points, which is then kept."""
        whole = self.matrix((*origins, *destinations), profile)
        rows, columns = slice(len(origins)), slice(len(origins), None)
        return TravelBlock(
            whole.durations[rows, columns], whole.distances[rows, columns], whole.estimated[rows, columns],
            whole.snap_m[rows], whole.network,
        )  # fmt: skip

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        return self._travel.path(points, profile)

    def _whole(self, places: NDArray[np.float64], profile: str) -> TravelMatrix:
        """The matrix of distinct places in ascending order: read, or added to, or made."""
        network = _digest(f"{self._travel.network_id(profile)}\0{profile}".encode())
        file = self._folder / f"matrix-{network}-{_digest(places.tobytes())}.npz"
        found = _read(file)
        if found is None:
            found = self._added_to(places, profile, network) or self._travel.matrix(_points(places), profile)
            _write(file, found, places)
            self._sweep()
        return found

    def _added_to(self, places: NDArray[np.float64], profile: str, network: str) -> TravelMatrix | None:
        """The matrix from one that is kept and a search of the places that it lacks; None where none holds most of them."""
        best: tuple[Path, NDArray[np.intp]] | None = None
        for file in self._last_used(f"matrix-{network}-*.npz")[:LOOKED_AT]:
            kept = load_array(file, "places")
            if kept is None:
                continue
            known = {place: number for number, place in enumerate(map(tuple, kept.tolist()))}
            rows = np.array([known.get(place, -1) for place in map(tuple, places.tolist())], np.intp)
            if (rows < 0).mean() <= FRESH and (best is None or (rows < 0).sum() < (best[1] < 0).sum()):
                best = file, rows
        base = None if best is None else _read(best[0])
        return None if best is None or base is None else self._joined(base, best[1], places, profile)

    def _joined(
        self, base: TravelMatrix, rows: NDArray[np.intp], places: NDArray[np.float64], profile: str
    ) -> TravelMatrix:
        """``rows`` says where each place stands in the base, -1 for a new one."""
        old, new = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
        if not len(new):
            return base.take(rows.tolist())
        out = self._travel.between(_points(places[new]), _points(places), profile)
        back = self._travel.between(_points(places[old]), _points(places[new]), profile)
        known = base.take(rows[old].tolist())
        parts = ((old, old, known), (new, np.arange(len(places)), out), (old, new, back))
        durations, distances = (np.empty((len(places), len(places)), np.int32) for _ in range(2))
        estimated, snap_m = np.empty((len(places), len(places)), np.bool_), np.empty(len(places), np.float32)
        for from_, to, part in parts:
            pick = np.ix_(from_, to)
            durations[pick], distances[pick], estimated[pick] = part.durations, part.distances, part.estimated
            snap_m[from_] = part.snap_m
        return TravelMatrix(durations, distances, estimated, snap_m, base.network)

    def _sweep(self) -> None:
        for file in self._last_used("matrix-*.npz")[self._kept :]:
            file.unlink(missing_ok=True)

    def _last_used(self, pattern: str) -> list[Path]:
        """Latest first. Other processes may sweep at the same time, so a file may be gone already."""
        dated = []
        for file in self._folder.glob(pattern):
            try:
                dated.append((file.stat().st_mtime_ns, file))
            except FileNotFoundError:
                continue
        return [file for _used, file in sorted(dated, reverse=True)]


def _read(file: Path) -> TravelMatrix | None:
    """None for a file that is not there, damaged, or swept away meanwhile: then it is searched again."""
    arrays = load_arrays(file)
    if arrays is None:
        return None
    try:
        found = TravelMatrix(
            arrays["durations"], arrays["distances"], arrays["estimated"], arrays["snap_m"], str(arrays["network"])
        )
        file.touch()
    except (KeyError, ValueError, OSError):
        return None
    return found


def _write(file: Path, matrix: TravelMatrix, places: NDArray[np.float64]) -> None:
    save_arrays(
        file,
        {
            "durations": matrix.durations, "distances": matrix.distances, "estimated": matrix.estimated,
            "snap_m": matrix.snap_m, "network": np.array(matrix.network), "places": places,
        },
    )  # fmt: skip


def _coordinates(points: Sequence[LonLat]) -> NDArray[np.float64]:
    return np.array([(point.lon, point.lat) for point in points], "<f8").reshape(-1, 2)


def _points(places: NDArray[np.float64]) -> list[LonLat]:
    return [LonLat(lon, lat) for lon, lat in places.tolist()]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:24]
