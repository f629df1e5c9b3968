"""Travel times for many days over much the same doors: computed once over every known point, sliced for each day."""

from collections.abc import Iterable, Sequence

from mealroute.adapters.travel import Travel, TravelMatrix
from mealroute.core.geo import LonLat


class TravelTable:
    """Answers like ``travel.matrix``, but asks it only when a day brings a point that it has not met yet."""

    def __init__(self, travel: Travel, known: Iterable[LonLat] = ()) -> None:
        self._travel = travel
        self._points = list(dict.fromkeys(known))
        self._index = {point: n for n, point in enumerate(self._points)}
        self._matrices: dict[str, TravelMatrix] = {}

    def __call__(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        for point in points:
            if point not in self._index:
                self._index[point] = len(self._points)
                self._points.append(point)
        matrix = self._matrices.get(profile)
        if matrix is None or len(matrix) < len(self._points):
            matrix = self._matrices[profile] = self._travel.matrix(tuple(self._points), profile)
        return matrix.take([self._index[point] for point in points])
