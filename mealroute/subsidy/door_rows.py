"""The doors of a span of days: the current proof of each line with its run, and what shows the handover beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from mealroute.core.bulk import chunks, numbered, rows
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.planning.models import PlanLine, PlanVisit
from mealroute.subsidy.along import Along, beside
from mealroute.subsidy.build import DoorRow
from mealroute.subsidy.parts import among
from mealroute.vendors.models import Driver


@dataclass(frozen=True, slots=True)
class Doors:
    """``evidence``: proof → kinds beside it. ``withdrawn``: line → visit, where the plan that brought the meal is no longer in force."""

    by_line: dict[int, DoorRow]
    evidence: dict[int, frozenset[str]]
    withdrawn: dict[int, int]


def _evidence() -> Any:
    """The kinds of evidence beside a proof with commas between them; a spoken code only where it was the right one."""
    counts = or_(Evidence.kind != "code", Evidence.verdict == "matched")
    return (
        select(func.aggregate_strings(Evidence.kind, ","))
        .where(Evidence.proof_id == Proof.id, counts)
        .correlate(Proof)
        .scalar_subquery()
    )


_DOOR = (
    Proof.book_line_id, Proof.id, Proof.outcome, Proof.quantity, Proof.run_id, PlanVisit.id, PlanVisit.route_id, PlanVisit.position,
    PlanVisit.arrival_s, Proof.seen, Proof.left_with, Proof.source, Proof.made_at, Proof.server_at, _evidence(),
)  # fmt: skip
_RUN, _OWN = 4, len(_DOOR)


class _Run(NamedTuple):
    """``vendor``: who cooks, and so claims, also where another vendor drives (M46)."""

    vendor: str
    number: int
    driver: str
    volunteer: bool | None


def doors_between(
    db: Session, first: date, last: date, here: Select[Any] | None, swiped: Mapping[int, str], *, along: Along | None = None
) -> Doors:  # fmt: skip
    """The doors of the runs of these days, both inclusive.

    ``here``: only of these lines; ``swiped``: proof → kind of swipe beside it; ``along``: takes what else is read of each door.
    """
    lacking, asked = ([], None) if along is None else beside(_DOOR, along.of_doors)
    query = (
        select(*_DOOR, *lacking)
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .where(Run.day >= first, Run.day <= last, current(), *among(Proof.book_line_id, here))
    )  # fmt: skip
    read = rows(db, query)
    if along is not None and asked is not None:
        along.doors, along.book_lines = list(map(asked, read)), [row[0] for row in read]
    runs = _runs(db, {row[_RUN] for row in read})
    cooked = _cooked(db)
    routes = {
        route
        for (route,) in rows(
            db, select(Run.route_id).where(Run.day >= first, Run.day <= last, Run.state == "withdrawn")
        )
    }
    kinds: dict[str, frozenset[str]] = {}
    found = Doors({}, {}, {})
    for (
        line, proof, outcome, portions, run, visit, route, position, arrival_s, seen, left_with, source, made_at, recorded_at, shown
    ) in (row[:_OWN] for row in read):  # fmt: skip
        vendor, number, driver, volunteer = runs[run]
        found.by_line[line] = DoorRow(
            line, proof, outcome, portions, cooked.get(visit, vendor), run, number, driver, position, arrival_s, seen, left_with, source,
            made_at or recorded_at, recorded_at, volunteer,
        )  # fmt: skip
        if shown:
            if shown not in kinds:
                kinds[shown] = frozenset(shown.split(","))
            found.evidence[proof] = kinds[shown]
        if route in routes:
            found.withdrawn[line] = visit
    for proof, kind in swiped.items():
        found.evidence[proof] = found.evidence.get(proof, frozenset()) | {kind}
    return found


def _runs(db: Session, numbers: Iterable[int]) -> dict[int, _Run]:
    found: dict[int, _Run] = {}
    for some in chunks(numbers):
        query = (
            select(Run.id, func.coalesce(Run.cooked_by, Run.vendor_code), Run.number, Run.driver_code, Driver.volunteer)
            .outerjoin(Driver, Driver.code == Run.driver_code)
            .where(numbered(Run.id, some))
        )
        found |= {number: _Run(*run) for number, *run in rows(db, query)}
    return found


def _cooked(db: Session) -> dict[int, str]:
    """Visit → who cooked: a stop that changed hands on the road was cooked where it was loaded, whoever brought it."""
    query = select(StopTransfer.visit_id, func.max(StopTransfer.cooked_by)).where(StopTransfer.cooked_by != "")
    return dict(db.execute(query.group_by(StopTransfer.visit_id)).tuples().all())


def carried(db: Session, withdrawn: Mapping[int, int]) -> dict[int, int]:
    """Line → portions that were loaded for it, as the plan said by which it was brought."""
    found: dict[int, int] = {}
    for some in chunks(withdrawn):
        query = select(PlanLine.book_line_id, PlanLine.visit_id, PlanLine.portions).where(
            numbered(PlanLine.book_line_id, some)
        )
        found |= {line: portions for line, visit, portions in rows(db, query) if withdrawn[line] == visit}
    return found
