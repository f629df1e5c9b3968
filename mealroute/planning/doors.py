"""How long single doors take, as a version reckons with it: written with the version, read beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.experience.records import DoorSource, DoorUse
from mealroute.orders.models import BookLine
from mealroute.orders.records import BookLineId
from mealroute.planning.door_models import PlanDoor
from mealroute.planning.records import LineFact


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntDoor:
    """One door of a version whose time was learnt."""

    book_line_id: int
    resident_id: int
    street_code: str
    use: DoorUse


def write(db: Session, version_id: int, lines: Mapping[BookLineId, LineFact]) -> None:
    """Keep by whose figures each door is timed; those with the usual times need no row."""
    rows = [
        {
            "version_id": version_id, "book_line_id": line, "source": str(fact.door.source), "extra_s": fact.door.extra_s,
            "stairs_s": fact.door.stairs_s, "visits": fact.door.visits,
        }
        for line, fact in sorted(lines.items())
        if fact.door is not None and fact.door.source is not DoorSource.DEFAULT
    ]  # fmt: skip
    if rows:
        db.execute(insert(PlanDoor), rows)


def learnt(db: Session, version_id: int, *, scope: Scope) -> tuple[LearntDoor, ...]:
    """The learnt doors of a version within reach, the longest wait first."""
    query = (
        select(PlanDoor, BookLine.resident_id, BookLine.street_code)
        .join(BookLine, BookLine.id == PlanDoor.book_line_id)
        .where(PlanDoor.version_id == version_id)
        .order_by(PlanDoor.extra_s.desc(), PlanDoor.id)
    )
    return tuple(
        LearntDoor(
            book_line_id=row.book_line_id, resident_id=resident, street_code=street,
            use=DoorUse(extra_s=row.extra_s, stairs_s=row.stairs_s, source=DoorSource(row.source), visits=row.visits),
        )
        for row, resident, street in db.execute(query)
        if scope.sees_street(street)
    )  # fmt: skip
