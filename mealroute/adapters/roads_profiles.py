"""The speeds and permissions of each way of travelling, read from data/roads/profiles.yaml."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEFAULT_PROFILES = Path(__file__).resolve().parents[2] / "data" / "roads" / "profiles.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadProfile:
    """How one kind of vehicle uses roads. Speeds in km/h, lengths in metres."""

    name: str
    access_keys: tuple[str, ...]
    oneway_keys: tuple[str, ...]
    contraflow_keys: tuple[str, ...]
    blocked_by: frozenset[str]
    straight_line_kmh: float
    last_leg_kmh: float
    max_snap_m: float
    allowed_elsewhere_kmh: float
    dismount_kmh: float
    speeds_kmh: Mapping[str, float]

    def __post_init__(self) -> None:
        speeds = (self.straight_line_kmh, self.last_leg_kmh, *self.speeds_kmh.values())
        if not self.speeds_kmh or min(speeds) <= 0 or self.max_snap_m <= 0:
            raise ValueError(f"road profile {self.name}: speeds and max_snap_m must be positive")

    @property
    def digest(self) -> str:
        """Changes whenever a figure changes, so that compiled networks and matrices are made anew."""
        facts = asdict(self) | {"blocked_by": sorted(self.blocked_by), "speeds_kmh": sorted(self.speeds_kmh.items())}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


@cache
def load_profiles(path: Path = DEFAULT_PROFILES) -> Mapping[str, RoadProfile]:
    """All profiles of a file by name.

    Raises ValueError for a missing or unknown key, naming the profile.
    """
    written: Mapping[str, Mapping[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["profiles"]
    return {name: _profile(name, entry) for name, entry in written.items()}


def profile_named(name: str, path: Path = DEFAULT_PROFILES) -> RoadProfile:
    """The profile, or ValueError listing those that exist."""
    profiles = load_profiles(path)
    if name not in profiles:
        raise ValueError(f"no road profile {name!r}; there are {', '.join(profiles)}")
    return profiles[name]


def _profile(name: str, entry: Mapping[str, Any]) -> RoadProfile:
    figures = {key: value for key, value in entry.items() if key != "description"}
    try:
        return RoadProfile(
            name=name,
            **figures
            | {
                "access_keys": tuple(figures["access_keys"]),
                "oneway_keys": tuple(figures["oneway_keys"]),
                "contraflow_keys": tuple(figures["contraflow_keys"]),
                "blocked_by": frozenset(figures["blocked_by"]),
                "speeds_kmh": {str(kind): float(kmh) for kind, kmh in figures["speeds_kmh"].items()},
            },
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"road profile {name}: {error}") from error
