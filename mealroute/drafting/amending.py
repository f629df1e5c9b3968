"""Use-cases for a plan that is printed or on the road: each event is one step of the draft, mended with the fewest changes."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from mealroute.adapters.travel_closed import Closed
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import MealrouteError
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import grounding, happenings, loading, moves, repair, writing
from mealroute.drafting.happenings import Food, Happened
from mealroute.drafting.loading import Standing
from mealroute.drafting.models import PlanDraft
from mealroute.drafting.moves import Move
from mealroute.drafting.records import Answer, DraftId, EditKind, Ground
from mealroute.orders.records import BookLineId
from mealroute.planning import closures
from mealroute.planning import queries as planning
from mealroute.planning.build import MatrixOf
from mealroute.planning.digests import matrix_digest
from solver.problem import Matrix, Problem

Measured = Callable[[Sequence[Closed]], MatrixOf]
"""Closed places → what measures ways without them."""
ANSWERED_S, MENDED_S = 1.1, 0.35
"""The repair ends so long after the event came in, so that the whole answer comes within two seconds; so long it may take in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """The draft after an event, every stop that changed, and what the changes against the printed plan cost (seconds)."""

    answer: Answer
    moves: tuple[Move, ...]
    price_s: int


def orders_changed(db: Session, draft_id: DraftId, *, matrix_of: MatrixOf, by: Actor, clock: Clock) -> Amended:
    """A late order or a cancelled one (the book is amended already): what is new gets a place, what is gone leaves its own."""
    began = time.monotonic()
    row = loading.open_row(db, draft_id)
    at = loading.standing(db, row)
    before = at.ground
    ground, detail = grounding.renewed(db, row, before, matrix_of=matrix_of)
    old = {stop.number for stop in before.given.built.stops}
    new = frozenset(stop.number for stop in ground.given.built.stops) - old
    happened = Happened(
        ground=ground, arrangement=writing.fitted(at.arrangement, ground), kind=EditKind.ORDERS_CHANGED, homeless=new,
        detail=detail,
    )  # fmt: skip
    return _amended(db, row, at, happened, began=began, by=by, clock=clock)


def driver_ill(db: Session, draft_id: DraftId, vehicle: int, reason: str, *, by: Actor, clock: Clock) -> Amended:
    """A driver cannot come: a free one takes the route as it is, else its stops go elsewhere. Raises as ``happenings.driver_ill``."""
    began = time.monotonic()
    row = loading.open_row(db, draft_id)
    at = loading.standing(db, row)
    return _amended(
        db, row, at, happenings.driver_ill(at.now, vehicle, _reason(reason)), began=began, by=by, clock=clock
    )


def broken_down(
    db: Session,
    draft_id: DraftId,
    vehicle: int,
    reason: str,
    *,
    food: Food,
    done: Collection[BookLineId] = (),
    at_s: int | None = None,
    rescuer: str = "",
    by: Actor,
    clock: Clock,
) -> Amended:
    """A vehicle cannot go on, half-way or before it left; ``at_s`` None: now. Raises as ``happenings.broken_down``."""
    began = time.monotonic()
    row = loading.open_row(db, draft_id)
    at = loading.standing(db, row)
    finished = {stop.number for stop in at.ground.given.built.stops if set(stop.lines) & set(done)}
    moment = at_s if at_s is not None else int((clock.now() - at_seconds(row.day, 0, clock.zone)).total_seconds())
    happened = happenings.broken_down(
        at.now, vehicle, at_s=moment, food=food, reason=_reason(reason), done=finished, rescuer=rescuer,
        cook_again_s=planning.policy_on(row.day, MealSlot(row.slot)).prices.cook_again
    )  # fmt: skip
    return _amended(db, row, at, happened, began=began, by=by, clock=clock)


def road_closed(
    db: Session, draft_id: DraftId, at_point: LonLat, radius_m: int, reason: str, *, measured: Measured, by: Actor, clock: Clock
) -> Amended:  # fmt: skip
    """Nothing drives there today. ``measured``: closed places → what measures ways without them. Routes that are still in time go
    round; from the others as few stops as needed go elsewhere. The closure is kept for the day, with its reason.
    """
    began = time.monotonic()
    row = loading.open_row(db, draft_id)
    closures.close(db, row.day, at_point, radius_m, _reason(reason), by=by, clock=clock)
    at = loading.standing(db, row)
    ground = _remeasured(at.ground, measured(closures.closed_on(db, row.day)))
    arrangement, gone = repair.relieved(ground, at.arrangement)
    happened = Happened(
        ground=ground, arrangement=arrangement, kind=EditKind.ROAD_CLOSED, homeless=gone, detail={"reason": reason.strip(), "radius_m": radius_m}
    )  # fmt: skip
    return _amended(db, row, at, happened, began=began, by=by, clock=clock)


def road_opened(
    db: Session, draft_id: DraftId, closure_id: int, reason: str, *, measured: Measured, by: Actor, clock: Clock
) -> Amended:
    """The road is open again: the ways are measured anew, nobody is moved."""
    began = time.monotonic()
    row = loading.open_row(db, draft_id)
    closures.reopen(db, closure_id, _reason(reason), by=by, clock=clock)
    at = loading.standing(db, row)
    ground = _remeasured(at.ground, measured(closures.closed_on(db, row.day)))
    happened = Happened(
        ground=ground, arrangement=at.arrangement, kind=EditKind.ROAD_OPENED, homeless=frozenset(), detail={"reason": reason.strip()}
    )  # fmt: skip
    return _amended(db, row, at, happened, began=began, by=by, clock=clock)


def changed_since(db: Session, draft_id: DraftId, revision: int = 0) -> tuple[Move, ...]:
    """Every stop that differs from an earlier step of the draft; 0 is the plan that it was opened on."""
    row = loading.draft_row(db, draft_id)
    return moves.moves(loading.standing(db, row, at=revision).now, loading.standing(db, row).now)


def _remeasured(ground: Ground, matrix_of: MatrixOf) -> Ground:
    given, problem = ground.given, ground.given.built.problem
    travel = {profile: matrix_of(given.built.points, profile) for profile in sorted(problem.matrices)}
    changed = Problem(
        stops=problem.stops, vehicles=problem.vehicles, depots=problem.depots,
        matrices={profile: Matrix(found.durations, found.distances) for profile, found in travel.items()},
    )  # fmt: skip
    network = " ".join(sorted({found.network for found in travel.values()}))
    return happenings.with_matrices(ground, changed, network, matrix_digest(given.built.points, travel))


def _amended(
    db: Session, row: PlanDraft, at: Standing, happened: Happened, *, began: float, by: Actor, clock: Clock
) -> Amended:  # fmt: skip
    prices = planning.policy_on(row.day, MealSlot(row.slot)).prices
    price = repair.MovePrice(
        moved_stop=prices.moved_stop, moved_minute=prices.moved_minute, tolerance_s=prices.moved_tolerance
    )  # fmt: skip
    opened = loading.standing(db, row, at=0).now
    printed = repair.sheets(opened)
    found = repair.repaired(
        happened.ground, happened.arrangement, printed, price, only=happened.homeless,
        deadline=max(began + ANSWERED_S, time.monotonic() + MENDED_S),
    )  # fmt: skip
    loading.worked_out(found)
    left = sorted(happened.homeless & set(found.unplaced))
    moved = moves.moves(at.now, found)
    paid = moves.price_s(
        moves.moves(opened, found), moves.seats(opened), moved_stop=price.moved_stop, moved_minute=price.moved_minute, tolerance_s=price.tolerance_s
    )  # fmt: skip
    detail = {
        **happened.detail, "moved": sum(move.changes_route for move in moved), "shifted": sum(not move.changes_route for move in moved),
        "left": left, "price_s": paid,
    }  # fmt: skip
    answer = writing.happened(
        db, row, at, replace(happened, arrangement=found.arrangement, detail=detail), seen=row.revision, by=by, clock=clock
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action=f"drafting.{happened.kind}", subject=f"draft/{row.id}", reason=str(detail.get("reason", "")),
        detail={"moved": detail["moved"], "left": len(left), "price_s": paid},
    )  # fmt: skip
    return Amended(answer=answer, moves=moved, price_s=paid)


def _reason(text: str) -> str:
    if not text.strip():
        raise MealrouteError("reason-needed", _("Say what happened."))
    return text.strip()
