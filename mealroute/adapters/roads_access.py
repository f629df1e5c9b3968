"""What the tags of a way allow: the speed in each direction for one profile. Pure.

Follows https://wiki.openstreetmap.org/wiki/Key:access and Key:oneway; turn restrictions and opening hours are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mealroute.adapters.roads_profiles import RoadProfile

FORBIDDEN = frozenset({"no", "private", "agricultural", "forestry", "use_sidepath"})
ALLOWED = frozenset({"yes", "designated", "permissive", "destination", "delivery", "official"})
ROUNDABOUTS = frozenset({"roundabout", "circular"})
MILE_KM = 1.609_344


def speeds(tags: Mapping[str, str], profile: RoadProfile) -> tuple[float, float]:
    """(forward, backward) in km/h along the way's own direction; 0 where it may not be used."""
    kmh = _allowed_speed(tags, profile)
    if kmh <= 0:
        return 0.0, 0.0
    limit = _maxspeed_kmh(tags.get("maxspeed", ""))
    if limit is not None:
        kmh = min(kmh, limit)
    forward, backward = _directions(tags, profile)
    return (kmh if forward else 0.0), (kmh if backward else 0.0)


def _allowed_speed(tags: Mapping[str, str], profile: RoadProfile) -> float:
    by_class = profile.speeds_kmh.get(tags.get("highway", ""), 0.0)
    decisive = next((tags[key] for key in reversed(profile.access_keys) if key in tags), None)
    if decisive is None:
        return by_class
    if decisive == "dismount":
        return profile.dismount_kmh
    if decisive in FORBIDDEN:
        return 0.0
    if by_class == 0 and "highway" in tags and _specific(tags, profile) in ALLOWED:
        return profile.allowed_elsewhere_kmh
    return by_class


def _specific(tags: Mapping[str, str], profile: RoadProfile) -> str | None:
    """A permission for this very kind of vehicle; ``access=yes`` opens no footpath to a van."""
    return tags.get(profile.access_keys[-1])


def _directions(tags: Mapping[str, str], profile: RoadProfile) -> tuple[bool, bool]:
    forward, backward = True, True
    if profile.oneway_keys[0] == "oneway":
        if tags.get("junction") in ROUNDABOUTS or tags.get("highway") in {"motorway", "motorway_link"}:
            backward = False
        if any(
            tags.get(key, "").startswith("opposite") or tags.get(f"{key}:oneway") == "no"
            for key in profile.contraflow_keys
        ):
            return True, True
    for key in profile.oneway_keys:  # the later, more specific key decides
        match tags.get(key):
            case "yes" | "true" | "1":
                forward, backward = True, False
            case "-1" | "reverse":
                forward, backward = False, True
            case "no" | "false" | "0":
                forward, backward = True, True
            case _:
                pass
    return forward, backward


def _maxspeed_kmh(written: str) -> float | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?", written.strip())
    if match is None or float(match[1]) <= 0:
        return None
    return float(match[1]) * (MILE_KM if match[2] == "mph" else 1)
