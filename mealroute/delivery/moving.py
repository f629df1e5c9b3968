"""Stops that change hands on the road: to another running route with its consequences shown before, to a named person, to a station.

The published plan stays as it is. A change of hands is a record that the sheets, the drivers' pages, the doors and the board follow; who had
the stop may still send what happened at its door before they knew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery import moving_facts, moving_notices, queries
from mealroute.delivery.moving_facts import Standing
from mealroute.delivery.moving_records import Move
from mealroute.dispatch import notices
from mealroute.dispatch.notice_records import NoticeDraft
from mealroute.dispatch.offer_round import lock
from mealroute.dispatch.records import RunState
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.dispatch.transfer_records import FoodWay, TransferKind
from mealroute.planning.build import MatrixOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person at the desk decides. ``spot``: where food changes hands on the way to another run (``Spot.id``).

    ``accepts_late``: how many newly late stops the person was shown; more than that and the decision is asked for again.
    """

    client_id: str
    visit_id: int
    reason: str
    food: FoodWay
    to_run_id: int | None = None
    spot: int | None = None
    accepts_late: int = 0
    to_name: str = ""
    place: str = ""
    station_code: str = ""


def move(db: Session, order: Order, *, by: Actor, clock: Clock, matrix_of: MatrixOf) -> bool:
    """Give a stop to another running route. True = written, False = it was here already.

    Raises
    ------
    MealrouteError
        ``reason-needed``, ``stop-not-found``, ``stop-done``, ``stop-begun``, ``run-not-open``, ``same-run``, ``way-gone``, ``cannot-carry``,
        ``more-late-now``.
    """
    if known(db, order):
        return False
    assert order.to_run_id is not None
    stands = moving_facts.with_other(db, held(db, order, by=by, clock=clock), order.to_run_id, by=by)
    chosen = chosen_of(
        moving_facts.moves_to(db, stands, order.to_run_id, by=by, clock=clock, matrix_of=matrix_of), order
    )
    return write_move(db, order, stands, chosen, by=by, clock=clock)


def chosen_of(found: Sequence[Move], order: Order) -> Move:
    """The way that was decided on, as it stands now. Raises Conflict ``way-gone``, ``cannot-carry``, ``more-late-now``."""
    chosen = next(
        (each for each in found if each.food is order.food and (each.spot.id if each.spot else None) == order.spot),
        None,
    )
    if chosen is None:
        raise Conflict(
            "way-gone",
            _("This way of getting the food there is not open any more."),
            _("Look at what is possible now."),
        )
    if chosen.refused:
        raise Conflict("cannot-carry", _("The other vehicle cannot carry it: no box is free, or none is sealed."))
    if chosen.newly_late > order.accepts_late:
        raise Conflict(
            "more-late-now", _("Meanwhile %(n)d stops would be late.", n=chosen.newly_late), _("Look at the consequences again.")
        )  # fmt: skip
    return chosen


def write_move(db: Session, order: Order, stands: Standing, chosen: Move, *, by: Actor, clock: Clock) -> bool:
    """Write a move to the run that the order names."""
    again = stands.portions if chosen.food is FoodWay.AGAIN and stands.asked.loaded else 0
    row = row_of(order, stands, by=by, clock=clock) | {
        "kind": str(TransferKind.RUN), "to_run_id": order.to_run_id, "after_visit_id": chosen.after_visit_id, "arrive_s": chosen.arrive_s,
        "place": chosen.spot.name if chosen.spot else "", "meet_s": chosen.meet_s, "deadline_s": chosen.deadline_s, "made_again": again,
    }  # fmt: skip
    return write(db, row, stands, moving_notices.of_move(stands, row, chosen), by=by, clock=clock)


def to_person(db: Session, order: Order, *, by: Actor, clock: Clock) -> bool:
    """A person, by name, brings it instead; ``place`` says where they get the food. Their records are made at the desk."""
    if known(db, order):
        return False
    if len(order.to_name.strip()) < 2:
        raise MealrouteError("named-person-missing", _("Who brings it? A stop is taken over only by name."))
    if not order.place.strip():
        raise MealrouteError(
            "place-missing",
            _("Where does the food change hands?"),
            _("Name a place, or say that the kitchen gives a fresh portion."),
        )
    stands = held(db, order, by=by, clock=clock)
    again = stands.portions if order.food is FoodWay.AGAIN and stands.asked.loaded else 0
    row = row_of(order, stands, by=by, clock=clock) | {
        "kind": str(TransferKind.PERSON), "to_name": order.to_name.strip()[:80], "place": order.place.strip()[:200], "made_again": again,
    }  # fmt: skip
    return write(db, row, stands, [moving_notices.giver(stands, "gives", row, ())], by=by, clock=clock)


def to_station(db: Session, order: Order, *, by: Actor, clock: Clock) -> bool:
    """The driver leaves the box at a station, whose counter signs for it and brings it or hands it out."""
    if known(db, order):
        return False
    stands = held(db, order, by=by, clock=clock)
    station = moving_facts.station(db, order.station_code, by)
    row = row_of(order, stands, by=by, clock=clock) | {
        "kind": str(TransferKind.STATION), "station_code": station.code, "place": station.name, "food": str(FoodWay.DROP),
    }  # fmt: skip
    return write(db, row, stands, [moving_notices.giver(stands, "gives", row, ())], by=by, clock=clock)


def known(db: Session, order: Order) -> bool:
    """Whether this decision is written already."""
    return db.scalar(select(StopTransfer.id).where(StopTransfer.client_id == order.client_id)) is not None


def held(db: Session, order: Order, *, by: Actor, clock: Clock) -> Standing:
    """The stop as it stands, its runs locked against records of the same moment."""
    if len(order.reason.strip()) < 2:
        raise MealrouteError("reason-needed", _("Say why the stop changes hands."))
    runs = {moving_facts.run_of(db, order.visit_id), order.to_run_id} - {None}
    held = lock(db, [run for run in runs if run is not None])
    if any(run.state != RunState.PUBLISHED for run in held.values()):
        raise Conflict("run-not-open", _("This run is not open any more."))
    stands = moving_facts.standing(db, order.visit_id, by=by, clock=clock)
    if order.to_run_id == stands.run.id:
        raise Conflict("same-run", _("The stop is on this route already."))
    visit = stands.visit
    recorded = queries.current_proofs(db, [line.book_line_id for line in visit.lines])
    if visit.done or len(recorded) == len(visit.lines):
        raise Conflict("stop-done", _("This stop is done."), _("Reopen its records first if they are wrong."))
    if recorded:
        raise Conflict("stop-begun", _("Part of this stop is recorded: its driver is at the door."))
    return stands


def row_of(order: Order, stands: Standing, *, by: Actor, clock: Clock) -> dict[str, Any]:
    """What every change of hands says; each kind adds its own."""
    return {
        "client_id": order.client_id, "visit_id": order.visit_id, "from_run_id": stands.run.id, "to_run_id": None, "after_visit_id": None,
        "to_name": "", "station_code": "", "food": str(order.food), "place": "", "meet_s": None, "arrive_s": stands.expected_s,
        "deadline_s": stands.visit.deadline_s, "portions": stands.portions, "made_again": 0, "cooked_by": stands.cooked_by,
        "reason": order.reason.strip(), "by_name": by.name[:80], "at": clock.now(),
    }  # fmt: skip


def write(
    db: Session, row: dict[str, Any], stands: Standing, drafts: Sequence[NoticeDraft], *, by: Actor, clock: Clock
) -> bool:
    """Write the change and tell the drivers. Raises Conflict ``stop-taken`` where somebody else was first."""
    number = (db.scalar(select(func.max(StopTransfer.number)).where(StopTransfer.visit_id == row["visit_id"])) or 0) + 1
    new = insert_new(db, StopTransfer, [row | {"number": number}], StopTransfer.client_id, StopTransfer.id)
    if not new:
        raise Conflict("stop-taken", _("Somebody else has just given this stop away."), _("Load the page again."))
    told = [*drafts, *moving_notices.kitchen(db, stands, row)]
    notices.write(
        db, [draft for draft in told if draft.code], version_id=stands.run.version_id, reason=row["reason"], by=by, clock=clock,
        key=f"-{new[0][1]}",
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action="delivery.stop-given", subject=f"visit/{row['visit_id']}", reason=row["reason"], rows=row["portions"],
        detail={"kind": row["kind"], "from": row["from_run_id"], "to": row["to_run_id"], "food": row["food"]},
    )  # fmt: skip
    return True
