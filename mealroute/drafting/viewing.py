"""A draft as the board draws it: everything placed and unplaced, the equations, what can be undone."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.memory import Derived, Memory
from mealroute.core.slots import MealSlot
from mealroute.drafting import placing
from mealroute.drafting.alterations import SUPPOSED
from mealroute.drafting.evaluate import Evaluation, looks
from mealroute.drafting.fitting import Known, fitting
from mealroute.drafting.loading import Standing, edit_record
from mealroute.drafting.models import DraftEdit, PlanDraft
from mealroute.drafting.records import (
    Broken,
    DraftState,
    DraftView,
    EditKind,
    EditRecord,
    Effect,
    SpareVehicle,
    Unplaced,
)
from mealroute.drafting.words import unplaced_sentence
from mealroute.orders import queries as orders
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanState, PlanVersionId

MOST_TRIED = 60
"""So many unassigned stops are tried on every route for each view; beyond that a person has another problem first."""


def _look(now: Evaluation) -> tuple[Mapping[int, int], Mapping[int, str]]:
    tried = now.unplaced[:MOST_TRIED]
    fits = fitting(now, tried, _looked.peek(id(now.ground)))
    _looked.put(id(now.ground), Known(now, fits, frozenset(tried)))
    return fits, placing.reasons(now, tried)


_left = Derived(_look, 24)
_looked: Memory[Known] = Memory(6)


def view_of(db: Session, at: Standing) -> DraftView:
    """The whole board at one revision."""
    draft, now, given = at.draft, at.now, at.ground.given
    base = planning.summary(db, PlanVersionId(draft.base_version_id))
    unplaced = _unplaced(at)
    planned = now.total.portions
    unassigned = sum(each.portions for each in unplaced)
    if given.ordered != planned + unassigned:
        raise ValueError(f"{given.ordered} ordered is not {planned} planned + {unassigned} unassigned")
    undo, redo = _steps(db, at.edit)
    return DraftView(
        id=at.id, day=draft.day, slot=MealSlot(draft.slot), state=DraftState(draft.state), revision=at.edit.revision,
        base_version=base.id, base_number=base.number, base_published=base.state is PlanState.PUBLISHED,
        ordered=given.ordered, planned=planned, unassigned=unassigned, total=now.total, routes=now.routes,
        spare=_spare(db, at), unplaced=unplaced, broken=now.broken, last=edit_record(at.edit), undo=undo, redo=redo,
        assumes=tuple(each for each in at.ground.assumes if each["kind"] in SUPPOSED), outdated=outdated(db, draft, at),
    )  # fmt: skip


def outdated(db: Session, draft: PlanDraft, at: Standing) -> bool:
    """Whether the book has changed since the draft last took it in."""
    return orders.last_amendment(db, draft.day, MealSlot(draft.slot)) != at.ground.amendment


def changed_vehicles(before: Evaluation, after: Evaluation) -> frozenset[int]:
    """Vehicles whose route, locks, start or driver differ, or that came or went."""
    if before.ground is not after.ground:
        return frozenset(v.number for e in (before, after) for v in e.given.built.vehicles)
    one, other = looks(before.arrangement), looks(after.arrangement)
    return frozenset(v for v in one.keys() | other.keys() if one.get(v) != other.get(v))


def effects(before: Evaluation, after: Evaluation, vehicles: Collection[int]) -> dict[int | None, Effect]:
    """Before and after of these vehicles and, under None, of the whole plan."""
    found: dict[int | None, Effect] = {
        v: Effect(before=before.figures(v), after=after.figures(v)) for v in sorted(vehicles)
    }
    return {
        None: Effect(before=before.total, after=after.total),
        **{v: e for v, e in found.items() if e.before != e.after},
    }


def new_faults(before: Evaluation, after: Evaluation) -> tuple[Broken, ...]:
    """What is broken now and was not, or was less."""
    had = {fault.key: fault for fault in before.broken}
    return tuple(
        fault for fault in after.broken
        if fault.key not in had or (fault.amount or 0) > (had[fault.key].amount or 0)
    )  # fmt: skip


def _unplaced(at: Standing) -> tuple[Unplaced, ...]:
    given, now = at.ground.given, at.now
    stops = {stop.number: stop for stop in given.built.stops}
    problem = given.built.problem
    fits, codes = _left(now)
    found = [
        Unplaced(
            stop=number, lines=stops[number].lines, portions=stops[number].portions,
            code="fits" if number in fits else codes.get(number, "no_room"),
            sentence=unplaced_sentence(codes.get(number, ""), fits=number in fits, route=_number(at, fits.get(number))),
            owner=given.lines[stops[number].lines[0]].owner, must_serve=problem.stop(number).must_serve, fits=fits.get(number),
        )
        for number in now.unplaced
    ]  # fmt: skip
    found.sort(key=lambda each: (not each.must_serve, each.stop or 0))
    rejected = [
        Unplaced(
            stop=None, lines=(left.line_id,), portions=given.lines[left.line_id].portions, code=left.code,
            sentence=unplaced_sentence(left.code), owner=left.owner, must_serve=False,
        )
        for left in given.built.rejected
    ]  # fmt: skip
    return (*found, *rejected)


def _number(at: Standing, vehicle: int | None) -> int | None:
    """What people call the route of a vehicle that has one."""
    used = {route.vehicle for route in at.arrangement.routes}
    return at.arrangement.numbers.get(vehicle) if vehicle is not None and vehicle in used else None


def _spare(db: Session, at: Standing) -> tuple[SpareVehicle, ...]:
    arrangement = at.arrangement
    why: dict[int, str] = {}
    if arrangement.out:
        query = select(DraftEdit.detail).where(DraftEdit.draft_id == at.id, DraftEdit.kind == str(EditKind.VEHICLE_OUT))
        why = {detail["vehicle"]: detail["reason"] for detail in db.scalars(query.order_by(DraftEdit.revision))}
    used = {route.vehicle for route in arrangement.routes}
    return tuple(
        SpareVehicle(
            vehicle=v.number, vehicle_code=v.vehicle_code, driver_code=v.driver_code, kitchen_code=v.kitchen_code,
            out=v.number in arrangement.out, reason=why.get(v.number, "") if v.number in arrangement.out else "",
        )
        for v in at.now.given.built.vehicles
        if v.number not in used
    )  # fmt: skip


def _steps(db: Session, row: DraftEdit) -> tuple[EditRecord | None, EditRecord | None]:
    """What undoing and redoing would do now."""
    wanted = [row.shows, *row.redo[-1:]]
    rows = db.scalars(select(DraftEdit).where(DraftEdit.draft_id == row.draft_id, DraftEdit.revision.in_(wanted)))
    found = {each.revision: each for each in rows}
    shown = found[row.shows]
    undo = edit_record(shown) if shown.parent is not None else None
    return undo, edit_record(found[row.redo[-1]]) if row.redo else None
