"""Writes the invented street plan as an OpenStreetMap file, the form in which users bring their own roads."""

from __future__ import annotations

from pathlib import Path
from random import Random

import osmium
from osmium.io import File, Header
from osmium.osm.mutable import Node, Way

from data.sample_generator import lanes, ring
from data.sample_generator.lattice import Lattice, TownPlan


def draw(random: Random) -> TownPlan:
    """The whole plan; the same random state gives the same plan."""
    plan = TownPlan()
    lattice = Lattice(random, plan)
    lanes.avenues(lattice)
    lanes.hutongs(lattice, random)
    ring.ring_road(lattice)
    ring.river_and_railway(plan)
    return plan


def write(plan: TownPlan, path: Path) -> None:
    """Replace ``path``. No timestamps or version are written, so equal plans give equal bytes."""
    path.unlink(missing_ok=True)
    header = Header()
    header.set("generator", "mealroute synthetic district")
    used = sorted({node for way in plan.ways for node in way.nodes})
    # Dense nodes without metadata: two thirds of the size.
    with osmium.SimpleWriter(File(str(path), "pbf,add_metadata=false"), header=header) as writer:
        for node in used:
            writer.add_node(Node(id=node, location=plan.nodes[node], tags=plan.node_tags.get(node, {})))
        for number, way in enumerate(plan.ways, start=1):
            writer.add_way(Way(id=number, nodes=list(way.nodes), tags=way.tags))
