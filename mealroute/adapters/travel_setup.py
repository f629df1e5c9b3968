"""Puts the providers together as an installation has them."""

from __future__ import annotations

from pathlib import Path

from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.roads_profiles import DEFAULT_PROFILES
from mealroute.adapters.straight_line import StraightLine
from mealroute.adapters.travel import Network, Travel
from mealroute.adapters.travel_cache import CachedTravel
from mealroute.adapters.travel_composite import CompositeTravel
from mealroute.adapters.travel_osrm import OsrmTravel


def open_travel(
    *,
    roads_file: Path | None = None,
    osrm_url: str = "",
    cache_dir: Path | None = None,
    profiles: Path = DEFAULT_PROFILES,
) -> Travel:
    """The routing server if one is named, else the imported network, else estimates alone.

    Whichever it is, points that it does not cover get marked estimates. With ``cache_dir`` graphs and matrices are kept.
    """
    estimate = StraightLine(profiles)
    network: Network | None = None
    if osrm_url:
        network = OsrmTravel(osrm_url)
    elif roads_file is not None and roads_file.exists():
        network = RoadNetwork(roads_file, cache_dir, profiles)
    travel: Travel = estimate if network is None else CompositeTravel(network, estimate)
    return travel if cache_dir is None else CachedTravel(travel, cache_dir)
