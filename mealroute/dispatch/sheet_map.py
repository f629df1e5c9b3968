"""The small map at the end of a driver's sheet: the way and the numbered stops, north up, drawn without any outside map."""

import math
from collections.abc import Sequence

from mealroute.adapters.paper.palette import route_line
from mealroute.adapters.paper.sheet import Sheet
from mealroute.core.geo import LonLat
from mealroute.dispatch.records import Manifest

GROUND = (233, 236, 234)
WHITE = (255, 255, 255)


def draw(paper: Sheet, manifest: Manifest, path: Sequence[LonLat], *, top: float, height: float) -> None:
    """Fit way and stops into a box of the page's width and ``height`` mm; stops too close to each other are drawn once."""
    left, width = paper.margin, paper.right - paper.margin
    stops = [
        (stop.position, LonLat(stop.lon, stop.lat))
        for trip in manifest.trips for stop in trip.stops if stop.lon is not None and stop.lat is not None
    ]  # fmt: skip
    places = [point for _position, point in stops]
    way = list(path) or places
    everything = [*way, *places]
    west, east = min(p.lon for p in everything), max(p.lon for p in everything)
    south, north = min(p.lat for p in everything), max(p.lat for p in everything)
    shrink = math.cos(math.radians((south + north) / 2))
    span_x, span_y = max((east - west) * shrink, 1e-4), max(north - south, 1e-4)
    scale = min((width - 16) / span_x, (height - 16) / span_y)
    middle_x, middle_y = left + width / 2, top + height / 2

    def place(point: LonLat) -> tuple[float, float]:
        x = middle_x + ((point.lon - (west + east) / 2) * shrink) * scale
        return x, middle_y - (point.lat - (south + north) / 2) * scale

    paper.box(left, top, width, height, line=0.4, fill=GROUND)
    color = route_line(manifest.number)
    if len(way) > 1:
        paper.path([place(point) for point in way], width=1.0, color=color)
    shown: list[tuple[float, float]] = []
    for position, point in stops:
        x, y = place(point)
        if any(math.hypot(x - a, y - b) < 4.2 for a, b in shown):
            continue
        shown.append((x, y))
        paper.dot(x, y, 2.6, fill=WHITE, color=color, line=0.5)
        paper.write(x, y + 1.15, str(position), 8, bold=True, align="center")
    paper.write(left + width - 4, top + 6, "N ↑", 9, align="right")
