"""Reads of the draft board."""

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.travel import Travel
from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.drafting import build, loading, placing, rules, viewing
from mealroute.drafting.loading import edit_record
from mealroute.drafting.models import DraftEdit, DraftProposal, PlanDraft
from mealroute.drafting.records import (
    Answer,
    DraftId,
    DraftState,
    DraftView,
    EditRecord,
    Figures,
    Place,
    ProposalId,
    ProposalRecord,
    RouteView,
)
from mealroute.drafting.standing_in import Without, hardest
from mealroute.planning import why
from mealroute.planning.records import RouteLine
from solver.relax import relaxations


def open_draft(db: Session, day: date, slot: MealSlot) -> DraftId | None:
    """The draft that is open for a day and slot."""
    row = open_row_of(db, day, slot)
    return DraftId(row.id) if row is not None else None


def open_row_of(db: Session, day: date, slot: MealSlot) -> PlanDraft | None:
    """Its row, for the use-cases."""
    query = select(PlanDraft).where(
        PlanDraft.day == day, PlanDraft.slot == str(slot), PlanDraft.state == str(DraftState.OPEN)
    )
    return db.scalars(query).one_or_none()


def view(db: Session, draft_id: DraftId, *, at_revision: int | None = None) -> DraftView:
    """The whole board, now or as it was. Raises NotFound."""
    row = loading.draft_row(db, draft_id)
    return viewing.view_of(db, loading.standing(db, row, at=at_revision))


def opened_routes(db: Session, draft_id: DraftId) -> tuple[RouteView, ...]:
    """The routes as the draft was opened with them. Raises NotFound."""
    return loading.standing(db, loading.draft_row(db, draft_id), at=0).now.routes


def revision(db: Session, draft_id: DraftId) -> tuple[int, DraftState]:
    """Where the draft stands: all that a page that asks each second needs to know. Raises NotFound."""
    row = loading.draft_row(db, draft_id)
    return row.revision, DraftState(row.state)


def since(db: Session, draft_id: DraftId, seen: int) -> Answer:
    """What changed since a revision, by anybody. Raises NotFound for a revision that never was."""
    row = loading.draft_row(db, draft_id)
    before, after = loading.standing(db, row, at=seen), loading.standing(db, row)
    vehicles = viewing.changed_vehicles(before.now, after.now)
    return Answer(
        view=viewing.view_of(db, after), changed=vehicles, impact=viewing.effects(before.now, after.now, vehicles),
        others=between(db, draft_id, seen, row.revision), new_broken=viewing.new_faults(before.now, after.now),
    )  # fmt: skip


def between(db: Session, draft_id: DraftId, seen: int, last: int) -> tuple[EditRecord, ...]:
    """Edits after ``seen`` up to ``last``, in order."""
    query = (
        select(DraftEdit)
        .where(DraftEdit.draft_id == draft_id, DraftEdit.revision > seen, DraftEdit.revision <= last)
        .order_by(DraftEdit.revision)
    )
    return tuple(edit_record(row) for row in db.scalars(query))


def trail(db: Session, draft_id: DraftId) -> tuple[EditRecord, ...]:
    """Everything that was done, the newest first."""
    query = select(DraftEdit).where(DraftEdit.draft_id == draft_id).order_by(DraftEdit.revision.desc())
    return tuple(edit_record(row) for row in db.scalars(query))


def places(db: Session, draft_id: DraftId, stop: int, *, most: int = 5) -> tuple[Place, ...]:
    """Where a stop could go, the best first, with what each would change and break."""
    at = loading.standing(db, loading.draft_row(db, draft_id))
    return placing.places(at.ground, at.now, stop, most=most) if at.now.given.built.problem.has_stop(stop) else ()


def hardest_to_replace(db: Session, draft_id: DraftId, vehicle: int | None = None) -> tuple[Without, ...]:
    """What would become of the day without one of its routes, the hardest first; half a second at 1,200 stops."""
    return hardest(loading.standing(db, loading.draft_row(db, draft_id)).now, vehicle)


def what_helps(db: Session, draft_id: DraftId, stops: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """What would let each stop in elsewhere, each rule tried on the draft as it is, the least first: codes of ``planning.words.reason``.

    For a stop on a route: with it taken off. Routes that break something already take part only where the solver can drive them.
    Stops that no code is found for in time are not in the answer.
    """
    at = loading.standing(db, loading.draft_row(db, draft_id))
    arrangement = rules.without(
        at.arrangement, stops
    )  # the routes that they make late are closed to others, not to themselves
    problem = placing.open_problem(at.now, arrangement)
    if problem is None:
        return {}
    plan = build.sequences(
        arrangement, without={v.id for v in at.now.given.built.problem.vehicles if not problem.has_vehicle(v.id)}
    )
    asked = [stop for stop in stops if problem.has_stop(stop)]
    deadline = time.monotonic() + why.EXPLAINED_S
    found = relaxations(problem, plan, asked, deadline=deadline)
    late = time.monotonic() >= deadline
    return {
        stop: tuple(why.code_of(problem, one) for one in options) or (why.TWO,)
        for stop, options in found.items()
        if options or not late
    }


def lines(db: Session, draft_id: DraftId, vehicles: Collection[int] | None, travel: Travel) -> tuple[RouteLine, ...]:
    """The ways of some routes along the roads (None: of all); about 30 ms a route, so asked for after the answer is shown."""
    at = loading.standing(db, loading.draft_row(db, draft_id))
    found = []
    for route in at.now.routes:
        if vehicles is None or route.vehicle in vehicles:
            points = [LonLat(v.lon, v.lat) for v in route.visits if v.lon is not None and v.lat is not None]
            found.append(RouteLine(number=route.number, legs=tuple(travel.path(points, route.profile))))
    return tuple(found)


def proposals(db: Session, draft_id: DraftId) -> tuple[ProposalRecord, ...]:
    """Proposals of a draft, the newest first."""
    row = loading.draft_row(db, draft_id)
    query = select(DraftProposal).where(DraftProposal.draft_id == draft_id).order_by(DraftProposal.id.desc())
    return tuple(_proposal(found, row.revision) for found in db.scalars(query))


def _proposal(row: DraftProposal, newest: int) -> ProposalRecord:
    figures = row.figures
    return ProposalRecord(
        id=ProposalId(row.id), kind=row.kind, assumes=row.detail, before=Figures(**figures["before"]), after=Figures(**figures["after"]),
        moved=figures["moved"], unplaced_before=figures["unplaced_before"], unplaced_after=figures["unplaced_after"], by=row.by_name,
        at=row.at, stale=row.revision != newest, state=row.state,
    )  # fmt: skip
