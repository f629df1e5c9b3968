"""Matrices kept on disk: the same points on the same network are searched once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mealroute.adapters.roads_graph import load_arrays, save_arrays
from mealroute.adapters.travel import Leg, Travel, TravelMatrix
from mealroute.core.geo import LonLat

KEPT = 64
"""Files kept; the longest unused go first. A matrix of 850 points takes 7 MB."""


class CachedTravel:
    """Any provider, remembered by (network, profile, points). Estimates and servers' answers are remembered alike."""

    def __init__(self, travel: Travel, folder: Path, kept: int = KEPT) -> None:
        self._travel, self._folder, self._kept = travel, folder, kept

    def network_id(self, profile: str) -> str:
        return self._travel.network_id(profile)

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        file = self._folder / f"matrix-{self._key(points, profile)}.npz"
        arrays = load_arrays(file)
        if arrays is not None:
            try:
                found = TravelMatrix(
                    arrays["durations"], arrays["distances"], arrays["estimated"], arrays["snap_m"],
                    str(arrays["network"]),
                )  # fmt: skip
                file.touch()
            except (KeyError, ValueError, OSError):
                pass  # damaged or just swept away: search again
            else:
                return found
        made = self._travel.matrix(points, profile)
        save_arrays(
            file,
            {
                "durations": made.durations, "distances": made.distances, "estimated": made.estimated,
                "snap_m": made.snap_m, "network": np.array(made.network),
            },
        )  # fmt: skip
        self._sweep()
        return made

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        return self._travel.path(points, profile)

    def _key(self, points: Sequence[LonLat], profile: str) -> str:
        digest = hashlib.sha256(f"{self._travel.network_id(profile)}\0{profile}\0".encode())
        digest.update(np.array([(p.lon, p.lat) for p in points], "<f8").tobytes())
        return digest.hexdigest()[:32]

    def _sweep(self) -> None:
        """Other processes may sweep at the same time, so a file may be gone already."""
        dated = []
        for file in self._folder.glob("matrix-*.npz"):
            try:
                dated.append((file.stat().st_mtime_ns, file))
            except FileNotFoundError:
                continue
        for _used, file in sorted(dated)[: -self._kept]:
            file.unlink(missing_ok=True)
