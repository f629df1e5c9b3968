"""A station's signature outlives a new plan: the same box stands at the counter."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mealroute.delivery.models import StationReceipt
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit


def earlier_visits(db: Session, visit_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Bulk stop → stops of other versions of the same meal that were signed for and held at least all of its lines.

    The newest version comes first. A stop to which a line was added is open again: its station has not signed for that meal.
    """
    if not visit_ids:
        return {}
    mine, line, version, route = aliased(PlanLine), aliased(PlanLine), aliased(PlanVersion), aliased(PlanRoute)
    own = aliased(PlanVersion)
    pairs = db.execute(
        select(mine.visit_id, line.visit_id, line.version_id)
        .join(line, line.book_line_id == mine.book_line_id)
        .join(PlanVisit, PlanVisit.id == line.visit_id)
        .join(route, route.id == PlanVisit.route_id)
        .join(version, version.id == route.version_id)
        .join(own, own.id == mine.version_id)
        .where(
            mine.visit_id.in_(visit_ids), line.version_id != mine.version_id, version.day == own.day, version.slot == own.slot,
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
