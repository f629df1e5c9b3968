"""A station's signature outlives a new plan: the same box stands at the counter."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mealroute.delivery.models import StationReceipt
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit

_MINE, _LINE, _ROUTE = aliased(PlanLine), aliased(PlanLine), aliased(PlanRoute)
_VERSION, _OWN = aliased(PlanVersion), aliased(PlanVersion)
"""Made once: a fresh alias each time costs more than the query."""


def earlier_visits(db: Session, visit_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Bulk stop → stops of other versions of the same meal that were signed for and held at least all of its lines.

    The newest version comes first. A stop to which a line was added is open again: its station has not signed for that meal.
    """
    if not visit_ids:
        return {}
    pairs = db.execute(
        select(_MINE.visit_id, _LINE.visit_id, _LINE.version_id)
        .join(_LINE, _LINE.book_line_id == _MINE.book_line_id)
        .join(PlanVisit, PlanVisit.id == _LINE.visit_id)
        .join(_ROUTE, _ROUTE.id == PlanVisit.route_id)
        .join(_VERSION, _VERSION.id == _ROUTE.version_id)
        .join(_OWN, _OWN.id == _MINE.version_id)
        .where(
            _MINE.visit_id.in_(visit_ids), _LINE.version_id != _MINE.version_id, _VERSION.day == _OWN.day, _VERSION.slot == _OWN.slot,
            PlanVisit.station_code != "", PlanVisit.id.in_(select(StationReceipt.visit_id)),
        )
    ).tuples()  # fmt: skip
    shared: dict[tuple[int, int, int], int] = defaultdict(int)
    for visit, earlier, version_id in pairs:
        if visit is not None and earlier is not None:
            shared[visit, version_id, earlier] += 1
    sizes = {visit: len(lines) for visit, lines in lines_of(db, visit_ids).items()}
    found: dict[int, list[int]] = defaultdict(list)
    for (visit, _version, earlier), count in sorted(shared.items(), key=lambda item: -item[0][1]):
        if count == sizes[visit]:
            found[visit].append(earlier)
    return {visit: tuple(earlier) for visit, earlier in found.items()}


def lines_of(db: Session, visit_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """The book lines of the given stops."""
    found: dict[int, set[int]] = defaultdict(set)
    query = select(PlanLine.visit_id, PlanLine.book_line_id).where(PlanLine.visit_id.in_(visit_ids))
    for visit, line in db.execute(query):
        if visit is not None:
            found[visit].add(line)
    return {visit: frozenset(lines) for visit, lines in found.items()}
