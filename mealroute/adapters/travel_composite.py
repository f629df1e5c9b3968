"""Roads where a network covers the points, a marked estimate elsewhere, in one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mealroute.adapters.travel import Leg, Network, Travel, TravelBlock, TravelMatrix
from mealroute.core.geo import LonLat


class CompositeTravel:
    """Nobody is left out of a plan for want of a road: points off the network get estimates, marked as such."""

    def __init__(self, network: Network, fallback: Travel) -> None:
        self._network = network
        self._fallback = fallback

    def network_id(self, profile: str) -> str:
        return f"{self._network.network_id(profile)}+{self._fallback.network_id(profile)}"

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        """Times of the network between the points that it covers; the fallback's for every pair with another point."""
        return self.between(points, points, profile).square()

    def between(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str) -> TravelBlock:
        """As ``matrix``; an origin's ``snap_m`` is given wherever the network covers it."""
        from_near = self._network.covers(origins, profile)
        to_near = from_near if destinations is origins else self._network.covers(destinations, profile)
        rows, columns = np.flatnonzero(from_near), np.flatnonzero(to_near)
        by_road = self._network.between(
            [origins[i] for i in rows.tolist()], [destinations[i] for i in columns.tolist()], profile
        )
        if from_near.all() and to_near.all():
            return replace(by_road, network=self.network_id(profile))
        estimate = self._fallback.between(origins, destinations, profile)
        pick = np.ix_(rows, columns)
        durations, distances = estimate.durations.copy(), estimate.distances.copy()
        estimated, snap_m = estimate.estimated.copy(), estimate.snap_m.copy()
        durations[pick], distances[pick], estimated[pick] = by_road.durations, by_road.distances, by_road.estimated
        snap_m[rows] = by_road.snap_m
        return TravelBlock(durations, distances, estimated, snap_m, self.network_id(profile))

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        """Lines along roads, straight ones for legs with an end off the network."""
        covered = self._network.covers(points, profile).tolist()
        legs: list[Leg] = []
        start = 0
        while start < len(points) - 1:
            end = start + 1
            while covered[start] and covered[end] and end + 1 < len(points) and covered[end + 1]:
                end += 1
            provider = self._network if covered[start] and covered[end] else self._fallback
            legs += provider.path(points[start : end + 1], profile)
            start = end
        return tuple(legs)
