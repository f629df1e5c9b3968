"""Avenues, hutongs and lanes of the lattice, with names, one-ways, dead ends and bollards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

from data.sample_generator.lattice import AVENUE_EVERY_COLUMN, AVENUE_EVERY_ROW, Frontage, Lattice, Way
from data.sample_generator.places import AVENUES_EAST_WEST, AVENUES_NORTH_SOUTH, LANE_KINDS, STEMS

RIVER_LAT, RAILWAY_LAT = 39.8715, 39.9035
SIDES = ("", "东", "西", "前", "后", "大", "小", "南", "北", "中")
Cell = tuple[int, int]


def crosses_barrier(south: float, north: float) -> bool:
    """Whether a step from one latitude to another crosses the river or the railway; only avenues have bridges."""
    return any(min(south, north) < line < max(south, north) for line in (RIVER_LAT, RAILWAY_LAT))


def avenues(lattice: Lattice) -> None:
    """Every ninth row and fifth column: primary, secondary and tertiary roads in turn, both ways."""
    classes = ("secondary", "primary", "tertiary")
    for number, row in enumerate(row for row in range(lattice.rows) if lattice.is_avenue_row(row)):
        tags = {"highway": classes[number % 3], "name": AVENUES_EAST_WEST[number % len(AVENUES_EAST_WEST)]}
        for run in _runs([(row, column) for column in range(lattice.columns)], lattice):
            _road(lattice, run, tags)
    for number, column in enumerate(column for column in range(lattice.columns) if lattice.is_avenue_column(column)):
        tags = {"highway": classes[(number + 1) % 3], "name": AVENUES_NORTH_SOUTH[number % len(AVENUES_NORTH_SOUTH)]}
        for run in _runs([(row, column) for row in range(lattice.rows)], lattice):
            _road(lattice, run, tags)


def hutongs(lattice: Lattice, random: Random) -> None:
    """What lies between the avenues: named east–west hutongs, and shorter lanes that join them."""
    names = _lane_names(random)
    for row in range(lattice.rows):
        if not lattice.is_avenue_row(row):
            for run in _runs([(row, column) for column in range(lattice.columns)], lattice):
                for block in _blocks(run, axis=1, every=AVENUE_EVERY_COLUMN):
                    _hutong(lattice, random, block, next(names))
    for column in range(lattice.columns):
        if not lattice.is_avenue_column(column):
            for run in _runs([(row, column) for row in range(lattice.rows)], lattice):
                for block in _blocks(run, axis=0, every=AVENUE_EVERY_ROW):
                    _lane(lattice, random, block, next(names))


def _lane_names(random: Random) -> Iterator[str]:
    """Every name once; then with numbers, as 东四三条 is numbered."""
    names = [f"{side}{stem}{kind}" for side in SIDES for stem in STEMS for kind in sorted(set(LANE_KINDS))]
    random.shuffle(names)
    yield from names
    for number in range(2, 100):
        yield from (f"{name}{number}号院路" for name in names)


def _runs(cells: list[Cell], lattice: Lattice) -> Iterator[list[Cell]]:
    """Unbroken stretches of cells that exist."""
    run: list[Cell] = []
    for cell in cells:
        if cell in lattice.at:
            run.append(cell)
        else:
            if len(run) > 1:
                yield run
            run = []
    if len(run) > 1:
        yield run


def _blocks(run: list[Cell], axis: int, every: int) -> Iterator[list[Cell]]:
    """A stretch cut at the avenues, both ends included."""
    middle = 2 if axis == 1 else 4
    block: list[Cell] = []
    for cell in run:
        block.append(cell)
        if cell[axis] % every == middle:
            if len(block) > 1:
                yield block
            block = [cell]
    if len(block) > 1:
        yield block


def _road(lattice: Lattice, cells: list[Cell], tags: dict[str, str], *, bend: Random | None = None) -> None:
    """A way through the cells; with ``bend`` it gets shape points between them."""
    plan, nodes = lattice.plan, [lattice.at[cells[0]]]
    for before, here in pairwise(cells):
        a, b = lattice.position(*before), lattice.position(*here)
        if bend is not None and bend.random() < 0.3:
            aside = bend.uniform(-0.00007, 0.00007)
            nodes.append(plan.add_node((a[0] + b[0]) / 2 + aside, (a[1] + b[1]) / 2 + aside))
        nodes.append(lattice.at[here])
        plan.frontages.append(Frontage(a, b, tags["name"], tags["highway"]))
    plan.ways.append(Way(tuple(nodes), tags))


def _hutong(lattice: Lattice, random: Random, cells: list[Cell], name: str) -> None:
    tags = {"highway": random.choices(("residential", "living_street"), (7, 3))[0], "name": name}
    draw = random.random()
    if draw < 0.20:
        tags["oneway"] = "yes"
        if random.random() < 0.4:
            tags["oneway:bicycle"] = "no"
        if random.random() < 0.5:
            cells = cells[::-1]
    elif draw < 0.25:
        cells = cells[:-1] if len(cells) > 2 else cells
    elif draw < 0.28:
        tags = {"highway": "pedestrian", "name": name, "bicycle": "yes"}
    elif draw < 0.32:
        middle = lattice.at[cells[len(cells) // 2]]
        lattice.plan.node_tags[middle] = {"barrier": "bollard"}
    _road(lattice, cells, tags, bend=random)


def _lane(lattice: Lattice, random: Random, cells: list[Cell], name: str) -> None:
    """A north–south lane; some steps are left out, so that hutongs are not a perfect grid."""
    kept: list[Cell] = [cells[0]]
    kind = random.choices(("residential", "service", "footway"), (12, 4, 2))[0]
    tags = {"highway": kind, "name": name}
    for before, here in pairwise(cells):
        blocked = crosses_barrier(lattice.position(*before)[1], lattice.position(*here)[1])
        if blocked or random.random() < 0.18:
            if len(kept) > 1:
                _road(lattice, kept, tags, bend=random)
            kept = [here]
        else:
            kept.append(here)
    if len(kept) > 1:
        _road(lattice, kept, tags, bend=random)
