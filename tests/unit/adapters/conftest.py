"""A tiny town written as an OpenStreetMap file, and the file's digest of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Way

from mealroute.core.geo import LonLat

WriteTown = Callable[..., Path]

# 0.001° of latitude are 111.195 m; the towns below run north–south from 116.4, 39.9, so that lengths are easy.
BASE = LonLat(116.4, 39.9)


def north_of(metres: float, east: float = 0.0) -> LonLat:
    """A point so many metres north (and east) of the base."""
    return LonLat(BASE.lon + east / 85_303.9, BASE.lat + metres / 111_195.08)


@pytest.fixture
def write_town(tmp_path: Path) -> WriteTown:
    """``write_town({1: point, …}, [((1, 2, 3), {"highway": …}), …], {1: {"barrier": …}})``."""

    def write(
        nodes: Mapping[int, LonLat],
        ways: Sequence[tuple[Sequence[int], Mapping[str, str]]],
        node_tags: Mapping[int, Mapping[str, str]] | None = None,
        name: str = "town.osm.pbf",
    ) -> Path:
        path = tmp_path / name
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for node, point in sorted(nodes.items()):
                writer.add_node(
                    Node(id=node, location=(point.lon, point.lat), tags=dict((node_tags or {}).get(node, {})))
                )
            for number, (members, tags) in enumerate(ways, start=1):
                writer.add_way(Way(id=number, nodes=list(members), tags=dict(tags)))
        return path

    return write
