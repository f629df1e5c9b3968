"""The road network of this installation: brought in once as a file, then used by planning and by the maps."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.roads_compile import compile_graph
from mealroute.adapters.roads_lines import RoadLine, lines_of
from mealroute.adapters.roads_osm import file_digest, read_roads
from mealroute.adapters.roads_profiles import load_profiles
from mealroute.adapters.travel import Travel
from mealroute.adapters.travel_cache import CachedTravel
from mealroute.adapters.travel_closed import Closed, ClosedTravel
from mealroute.adapters.travel_setup import open_travel
from mealroute.core.config import Settings
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _

FILE_TYPES = (".osm.pbf", ".osm.bz2", ".osm.gz", ".osm", ".pbf")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRecord:
    """What is known of the network in use. ``usable_km`` by profile: roads on which every place reaches every other."""

    name: str
    digest: str
    ways: int
    usable_km: dict[str, float]
    west: float
    south: float
    east: float
    north: float


def install(file: Path, settings: Settings | None = None) -> NetworkRecord:
    """Check that a file serves every profile, then make it the network of this installation. Twice changes nothing.

    Raises MealrouteError for a file that is missing, unreadable, of another type or without usable roads; the network in use
    then stays.
    """
    suffix = next((ending for ending in FILE_TYPES if file.name.endswith(ending)), None)
    if suffix is None or not file.is_file():
        raise MealrouteError(
            "roads-not-osm",
            _("%(file)s is not an OpenStreetMap file.", file=file.name),
            _("Give an OpenStreetMap extract (.osm.pbf) that covers the district."),
        )
    roads = read_roads(file)
    graphs = {name: compile_graph(roads, profile) for name, profile in load_profiles().items()}
    record = NetworkRecord(
        name=file.name, digest=file_digest(file), ways=len(roads.tags),
        usable_km={name: round(float(graph.length_dm.sum()) / 10_000, 1) for name, graph in graphs.items()},
        west=float(roads.lon.min()), south=float(roads.lat.min()),
        east=float(roads.lon.max()), north=float(roads.lat.max()),
    )  # fmt: skip
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    stored = folder / f"{record.digest}{suffix}"
    _place(stored, file)
    for name, graph in graphs.items():
        cached = RoadNetwork(stored, _cache(settings)).network_id(name)
        graph.save(_cache(settings) / f"{cached}.npz")
    # The record names the file in use, so that both change in one step.
    _write(folder / "network.json", json.dumps(asdict(record) | {"file": stored.name}, ensure_ascii=False, indent=1))
    return record


def current(settings: Settings | None = None) -> NetworkRecord | None:
    """The network in use, or None before one was brought in."""
    found = _record(settings)
    return None if found is None else NetworkRecord(**{k: v for k, v in found.items() if k != "file"})


def travel_of(settings: Settings | None = None, closed: Sequence[Closed] = ()) -> Travel:
    """Travel as this installation has it: MEALROUTE_OSRM_URL, else the network in use, else marked estimates; less what is ``closed``."""
    here = settings or Settings.from_env()
    file, cache = _file(here), _cache(here)
    usual = open_travel(roads_file=file, osrm_url=here.osrm_url, cache_dir=cache)
    if not closed:
        return usual
    network = RoadNetwork(file, cache) if file is not None and not here.osrm_url else None
    return CachedTravel(ClosedTravel(usual, closed, network), cache)


def road_lines(settings: Settings | None = None) -> tuple[RoadLine, ...]:
    """The roads of the network in use, to draw; none before one was brought in."""
    file = _file(settings)
    return () if file is None else lines_of(read_roads(file))


def _folder(settings: Settings | None) -> Path:
    return (settings or Settings.from_env()).instance_dir / "roads"


def _cache(settings: Settings | None) -> Path:
    return (settings or Settings.from_env()).instance_dir / "cache"


def _record(settings: Settings | None) -> dict[str, Any] | None:
    try:
        found = json.loads((_folder(settings) / "network.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _file(settings: Settings | None) -> Path | None:
    found = _record(settings)
    file = None if found is None else _folder(settings) / str(found.get("file"))
    return file if file is not None and file.is_file() else None


def _place(target: Path, source: Path) -> None:
    if target.exists():
        return
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as unfinished:
        with source.open("rb") as given:
            shutil.copyfileobj(given, unfinished)
        Path(unfinished.name).replace(target)


def _write(target: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as unfinished:
        unfinished.write(text)
    Path(unfinished.name).replace(target)
