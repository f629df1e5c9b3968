"""Reads an OpenStreetMap extract (.osm.pbf, .osm, .osm.bz2 …) into plain arrays that any profile can use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _


@dataclass(frozen=True, slots=True, eq=False)
class OsmRoads:
    """Ways with a highway tag. Way w has the nodes ``members[starts[w]:starts[w + 1]]``, indices into lon and lat."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    node_tags: dict[int, dict[str, str]]
    members: NDArray[np.int32]
    starts: NDArray[np.int32]
    tags: tuple[dict[str, str], ...]


def read_roads(path: Path) -> OsmRoads:
    """All roads of a file, whatever the profile. Nodes without a position (cut off by clipping) end their way there.

    Raises MealrouteError ``roads-unreadable`` if the file is damaged or holds no road.
    """
    import osmium

    wanted = osmium.filter.KeyFilter("highway").enable_for(osmium.osm.WAY)
    index: dict[int, int] = {}
    positions: list[tuple[float, float]] = []
    members: list[int] = []
    starts, tags = [0], []
    barriers: dict[int, dict[str, str]] = {}
    try:
        for thing in osmium.FileProcessor(str(path)).with_locations().with_filter(wanted):
            if thing.is_node():
                if "barrier" in thing.tags:
                    barriers[thing.id] = dict(thing.tags)
                continue
            if not thing.is_way():
                continue
            for piece in _located_pieces(thing):
                for node, lon, lat in piece:
                    if node not in index:
                        index[node] = len(positions)
                        positions.append((lon, lat))
                    members.append(index[node])
                starts.append(len(members))
                tags.append(dict(thing.tags))
    except RuntimeError as error:
        raise _unreadable(path) from error
    if not tags:
        raise _unreadable(path)
    lon, lat = np.array(positions, np.float64).T
    node_tags = {index[node]: found for node, found in barriers.items() if node in index}
    return OsmRoads(lon, lat, node_tags, np.array(members, np.int32), np.array(starts, np.int32), tuple(tags))


def file_digest(path: Path) -> str:
    """Names the bytes of a network file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]


def _located_pieces(way: object) -> list[list[tuple[int, float, float]]]:
    pieces: list[list[tuple[int, float, float]]] = [[]]
    for node in way.nodes:  # type: ignore[attr-defined]
        if node.location.valid():
            if not pieces[-1] or pieces[-1][-1][0] != node.ref:
                pieces[-1].append((node.ref, node.lon, node.lat))
        else:
            pieces.append([])
    return [piece for piece in pieces if len(piece) > 1]


def _unreadable(path: Path) -> MealrouteError:
    return MealrouteError(
        "roads-unreadable",
        _("%(file)s holds no roads that can be read.", file=path.name),
        _("Give an OpenStreetMap extract (.osm.pbf) that covers the district."),
    )
