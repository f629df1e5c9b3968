"""A change of hands taken back, as long as nothing has changed hands and nobody has been at the door.

It is one more record: the stop is again where it was before, everybody who was told hears that it is off, and what either phone
records before it knows counts all the same.
"""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import outbox
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _
from mealroute.delivery import moving, moving_facts, moving_notices, queries
from mealroute.delivery.progress_rulebook import figures_on
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.offer_round import lock
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.dispatch.transfer_records import FoodWay, TransferKind, TransferRecord
from mealroute.dispatch.transfers import record_of
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId, RouteRecord, VisitKind, VisitRecord


def may(held: TransferRecord, newest: int, day: date, *, clock: Clock) -> bool:
    """Whether the button is offered: the change is the newest of its stop, young, and nobody has met or fetched anything."""
    now_s = (clock.now() - at_seconds(day, 0, clock.zone)).total_seconds()
    young = (clock.now() - held.at).total_seconds() <= figures_on(day).undo_s
    return (
        held.id == newest and held.food is not FoodWay.STAYS and young and (held.meet_s is None or now_s < held.meet_s)
    )


def take_back(db: Session, visit_id: int, transfer_id: int, *, by: Actor, clock: Clock) -> bool:
    """Take a change of hands back. True = written, False = it was taken back before.

    Raises
    ------
    MealrouteError
        ``stop-not-found``, ``run-not-open``, ``stop-taken`` (it has gone on to somebody else), ``stop-begun``, ``undo-over``.
    """
    rows = db.scalars(select(StopTransfer).where(StopTransfer.visit_id == visit_id).order_by(StopTransfer.number)).all()
    records = [record_of(row) for row in rows]
    place = next((n for n, each in enumerate(records) if each.id == transfer_id), None)
    if place is None:
        raise NotFound("stop-not-found", _("There is no such stop on the road."))
    if any(each.client_id == _key(transfer_id) for each in rows):
        return False
    held = records[place]
    giver = dispatch.run(db, held.from_run_id, scope=by.scope)
    runs = lock(db, [run for run in (held.from_run_id, held.to_run_id) if run is not None])
    if any(run.state != RunState.PUBLISHED for run in runs.values()):
        raise Conflict("run-not-open", _("This run is not open any more."))
    if place != len(records) - 1:
        raise Conflict("stop-taken", _("This stop has gone on to somebody else since."), _("Load the page again."))
    stands = moving_facts.standing(db, visit_id, by=by, clock=clock)
    if queries.current_proofs(db, [line.book_line_id for line in stands.visit.lines]):
        raise Conflict("stop-begun", _("Part of this stop is recorded: its driver is at the door."))
    if not may(held, held.id, giver.day, clock=clock):
        raise Conflict(
            "undo-over", _("The time to take it back is over: the food may have changed hands."), _("Give the stop away again, with what follows from it.")
        )  # fmt: skip
    taker = None if held.to_run_id is None else dispatch.run(db, held.to_run_id, scope=by.scope)
    row = _as_before(db, giver, records[place - 1] if place else None, held) | {
        "client_id": _key(transfer_id), "visit_id": visit_id, "portions": held.portions, "made_again": 0,
        "cooked_by": stands.cooked_by, "reason": _("the change of hands was taken back"), "by_name": by.name[:80], "at": clock.now(),
    }  # fmt: skip
    told = moving_notices.taken_back(stands, row, giver, taker)
    if held.food is FoodWay.AGAIN:
        number = taker.number if taker else None
        told.append(
            moving_notices.kitchen_off(db, stands, row, number=number, meet_s=held.meet_s, made_again=held.made_again)
        )
    written = moving.write(db, row, stands, told, by=by, clock=clock)
    if taker is not None:
        outbox.withdraw(db, f"run/{taker.id}", by_name=by.name, now=clock.now())
    return written


def _key(transfer_id: int) -> str:
    """One undoing of a change, ever."""
    return f"undo/{transfer_id}"


def _as_before(db: Session, giver: RunRecord, before: TransferRecord | None, held: TransferRecord) -> dict[str, Any]:
    """Where the stop was: as the change before it says, else as planned."""
    if before is not None:
        return {
            "kind": str(before.kind), "from_run_id": held.run_id if before.to_run_id else before.from_run_id, "to_run_id": before.to_run_id, "after_visit_id": before.after_visit_id, "to_name": before.to_name,
            "station_code": before.station_code, "food": str(FoodWay.STAYS), "place": before.place, "meet_s": before.meet_s,
            "arrive_s": before.arrive_s, "deadline_s": before.deadline_s,
        }  # fmt: skip
    route, visit = _planned(db, giver, held.visit_id)
    jobs = [each for each in route.visits if each.kind is VisitKind.JOB and each.position < visit.position]
    return {
        "kind": str(TransferKind.RUN), "from_run_id": held.run_id, "to_run_id": giver.id, "after_visit_id": jobs[-1].id if jobs else None, "to_name": "",
        "station_code": "", "food": str(FoodWay.STAYS), "place": "", "meet_s": None, "arrive_s": visit.arrival_s,
        "deadline_s": None if visit.food_margin_s is None else visit.departure_s + visit.food_margin_s,
    }  # fmt: skip


def _planned(db: Session, run: RunRecord, visit_id: int) -> tuple[RouteRecord, VisitRecord]:
    for route in planning.version(db, PlanVersionId(run.version_id)).routes:
        for visit in route.visits:
            if visit.id == visit_id:
                return route, visit
    raise NotFound("stop-not-found", _("There is no such stop on the road."))
