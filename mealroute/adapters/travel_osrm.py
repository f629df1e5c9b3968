"""Travel from an OSRM server over HTTP (MEALROUTE_OSRM_URL), where a user runs one.

See https://project-osrm.org/docs/v5.24.0/api/. Tables are asked in blocks, so that the server's default
``--max-table-size 100`` is enough. OSRM's speeds are free flow: ``slowdown`` multiplies its durations.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealroute.adapters.straight_line import StraightLine
from mealroute.adapters.travel import Leg, PointOffRoad, TravelBlock, TravelMatrix, TravelUnavailable
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _

OSRM_PROFILES = {"ebike": "bike", "van": "driving", "foot": "foot"}
"""The part of the address after /v1/. A server started on one file answers all of them alike."""

TABLE_SIZE = 100
TIMEOUT_S = 30.0
MAX_SNAP_M = 300.0


class OsrmTravel:
    """One OSRM server. Pairs that it can't route get a marked straight-line estimate."""

    def __init__(
        self,
        url: str,
        *,
        table_size: int = TABLE_SIZE,
        timeout_s: float = TIMEOUT_S,
        max_snap_m: float = MAX_SNAP_M,
        slowdown: float = 1.0,
        profiles: Mapping[str, str] = OSRM_PROFILES,
    ) -> None:
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("the OSRM address must begin with http:// or https://")
        if table_size < 2 or slowdown <= 0:
            raise ValueError("table_size must be at least 2 and slowdown positive")
        self._url, self._block = url.rstrip("/"), table_size // 2
        self._timeout_s, self._max_snap_m = timeout_s, max_snap_m
        self._slowdown, self._profiles = slowdown, profiles
        self._estimate = StraightLine()

    def network_id(self, profile: str) -> str:
        return f"osrm-{self._url}-{self._profiles.get(profile, profile)}-{self._slowdown:g}"

    def covers(self, points: Sequence[LonLat], profile: str) -> NDArray[np.bool_]:
        return self._snap_m(points, profile) <= self._max_snap_m

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        """Times from the server, rounded up; raises PointOffRoad and TravelUnavailable."""
        distinct = list(dict.fromkeys(points))
        place = {point: i for i, point in enumerate(distinct)}
        whole = self.between(distinct, distinct, profile).square()
        return whole.take([place[point] for point in points])

    def between(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str) -> TravelBlock:
        """Times of some pairs; each pair is asked as often as it is given."""
        here = np.array([[a == b for b in destinations] for a in origins], np.bool_).reshape(
            len(origins), len(destinations)
        )
        seconds, metres = np.zeros(here.shape), np.zeros(here.shape)
        snap_m = np.full(len(origins), np.nan, np.float32)
        for rows in _blocks(len(origins), self._block):
            for columns in _blocks(len(destinations), self._block):
                self._fill(origins, destinations, profile, rows, columns, seconds, metres, snap_m)
        far = np.flatnonzero(snap_m > self._max_snap_m).tolist()
        if far:
            raise PointOffRoad(far, origins, profile, self._max_snap_m)
        unroutable = ~(np.isfinite(seconds) & np.isfinite(metres)) & ~here
        estimate = self._estimate.between(origins, destinations, profile)
        usable = ~(unroutable | here)
        durations = np.where(unroutable, estimate.durations, np.ceil(np.where(usable, seconds, 0) * self._slowdown))
        distances = np.where(unroutable, estimate.distances, np.rint(np.where(usable, metres, 0)))
        return TravelBlock(
            durations.astype(np.int32), distances.astype(np.int32), unroutable, snap_m, self.network_id(profile)
        )

    def path(self, points: Sequence[LonLat], profile: str) -> tuple[Leg, ...]:
        """Lines along roads, asked leg by leg; a leg that the server can't route is straight."""
        legs: list[Leg] = []
        for i in range(len(points) - 1):
            start, end = points[i], points[i + 1]
            answer = self._ask("route", profile, [start, end], {"overview": "full", "geometries": "geojson"})
            routes = answer.get("routes") or []
            try:
                line = [LonLat(lon, lat) for lon, lat in routes[0]["geometry"]["coordinates"]] if routes else []
            except (KeyError, TypeError, ValueError) as error:
                raise self._nonsense() from error
            legs.append((start, *line, end))
        return tuple(legs)

    def _fill(
        self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str, rows: range, columns: range,
        seconds: NDArray[np.float64], metres: NDArray[np.float64], snap_m: NDArray[np.float32],
    ) -> None:  # fmt: skip
        asked = list(dict.fromkeys((*(origins[i] for i in rows), *(destinations[i] for i in columns))))
        at = {point: position for position, point in enumerate(asked)}
        answer = self._ask(
            "table", profile, asked,
            {
                "annotations": "duration,distance",
                "sources": ";".join(str(at[origins[i]]) for i in rows),
                "destinations": ";".join(str(at[destinations[i]]) for i in columns),
            },
        )  # fmt: skip
        part = np.ix_(list(rows), list(columns))
        try:
            seconds[part] = _figures(answer["durations"])
            metres[part] = _figures(answer["distances"])
            snap_m[list(rows)] = [source["distance"] for source in answer["sources"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._nonsense() from error

    def _snap_m(self, points: Sequence[LonLat], profile: str) -> NDArray[np.float64]:
        """How far each point lies from the road that the server joins it to; infinite where it finds none.

        One table for many points; where that fails for want of a road, point by point.
        """
        found: list[float] = []
        for block in _blocks(len(points), 2 * self._block):
            some = [points[i] for i in block]
            options = {"sources": ";".join(str(i) for i in range(len(some))), "destinations": "0"}
            sources = self._ask("table", profile, some, options).get("sources")
            if isinstance(sources, list) and len(sources) == len(some):
                found += [float(source.get("distance", math.inf)) for source in sources]
            else:
                found += [self._nearest_m(point, profile) for point in some]
        return np.array(found, np.float64)

    def _nearest_m(self, point: LonLat, profile: str) -> float:
        waypoints = self._ask("nearest", profile, [point], {"number": "1"}).get("waypoints") or []
        return float(waypoints[0].get("distance", math.inf)) if waypoints else math.inf

    def _ask(self, service: str, profile: str, points: Sequence[LonLat], options: Mapping[str, str]) -> dict[str, Any]:
        where = ";".join(f"{point.lon:.6f},{point.lat:.6f}" for point in points)
        name = urllib.parse.quote(self._profiles.get(profile, profile), safe="")
        url = f"{self._url}/{service}/v1/{name}/{where}?{urllib.parse.urlencode(options, safe=';,')}"
        try:
            with urllib.request.urlopen(url, timeout=self._timeout_s) as reply:  # noqa: S310 -- http(s), checked above
                answer = json.load(reply)
        except urllib.error.HTTPError as error:
            answer = _error_body(error)
        except (OSError, ValueError) as error:
            raise TravelUnavailable(
                "routing-server-unreachable",
                _("The routing server does not answer."),
                _("Check MEALROUTE_OSRM_URL, or unset it to use the imported road network."),
            ) from error
        if not isinstance(answer, dict) or answer.get("code") not in {"Ok", "NoRoute", "NoTable", "NoSegment"}:
            raise self._nonsense(str(answer.get("code", "")) if isinstance(answer, dict) else "")
        return answer

    def _nonsense(self, code: str = "") -> TravelUnavailable:
        return TravelUnavailable(
            "routing-server-refuses",
            _("The routing server gave no usable answer (%(code)s).", code=code or "?"),
            _("Check the server's profile and its --max-table-size."),
        )


def _blocks(n: int, size: int) -> list[range]:
    return [range(start, min(start + size, n)) for start in range(0, n, size)]


def _figures(table: Sequence[Sequence[float | None]]) -> NDArray[np.float64]:
    return np.array([[math.nan if cell is None else cell for cell in row] for row in table], np.float64)


def _error_body(error: urllib.error.HTTPError) -> object:
    """OSRM explains a refusal in JSON with status 400."""
    try:
        return json.load(error)
    except ValueError:
        return {"code": f"HTTP {error.code}"}
