"""A trial of the next service day with a vendor gone, beside the same day with it. Nothing of it stays in the database."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.dispatch.exit_applying import carry_out
from mealroute.dispatch.exit_hanging import hanging
from mealroute.dispatch.exit_records import Choices, Hanging, Trial, Unserved
from mealroute.drafting.evaluate import fen_of
from mealroute.orders import closing, materialise
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId, BookLineRecord, Pricing
from mealroute.planning import service as planning
from mealroute.planning.build import MatrixOf
from mealroute.planning.records import Rejected
from mealroute.planning.solving import plan_quick
from mealroute.planning.sources import Gathered, cooking_kitchens
from mealroute.planning.timing import account
from solver.cost import cost_terms

TRIAL = "vendor-exit-trial"
"""The kind of job that runs a trial."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What the trial plans: each meal of the day as it stands, and with the vendor gone. ``hangs`` as it stands."""

    hangs: Hanging
    choices: Choices
    before: Mapping[MealSlot, Gathered]
    after: Mapping[MealSlot, Gathered]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Planned:
    left: Mapping[BookLineId, Rejected]
    planned: int
    cost_fen: Fen
    metres: int
    routes: int


def gather(db: Session, code: str, choices: Choices, *, pricing: Pricing, by: Actor, clock: Clock) -> Sides:
    """Both sides, in one short transaction that is taken back: the day's orders as their standing orders give them where the book
    is still open, and the exit carried out as it would be.

    Raises what ``exit_applying.carry_out`` refuses.
    """
    hangs = hanging(db, code, clock=clock)
    with _taken_back(db):
        before = _day(db, hangs.next_day, pricing=pricing, by=by, clock=clock)
        carry_out(db, hangs, choices, reason=_("Trial"), by=by, clock=clock)
        after = {slot: planning.gather(db, hangs.next_day, slot) for slot in before}
    return Sides(hangs, choices, before, after, _fingerprint(hangs, choices, before))


def fingerprint(db: Session, code: str, choices: Choices, *, pricing: Pricing, by: Actor, clock: Clock) -> str:
    """What a trial was made from, as it stands now: equal where the trial still speaks of the same orders, fleet and choices."""
    hangs = hanging(db, code, clock=clock)
    with _taken_back(db):
        before = _day(db, hangs.next_day, pricing=pricing, by=by, clock=clock)
    return _fingerprint(hangs, choices, before)


def run(sides: Sides, matrix_of: MatrixOf) -> Trial:
    """Plan both sides with the first-plan engine and compare. No database; a few seconds for a district."""
    lost: list[Unserved] = []
    served: set[int] = set()
    due: set[int] = set()
    apart: set[int] = set()
    totals = {"before": [0, 0, 0, 0], "after": [0, 0, 0, 0]}
    portions = 0
    for slot, given in sides.before.items():
        with_it, without = _plan(given, matrix_of), _plan(sides.after[slot], matrix_of)
        lines = {line.line_id: line for line in given.parts.lines}
        portions += sum(line.quantity for line in lines.values())
        for name, side in (("before", with_it), ("after", without)):
            figures = (side.planned, side.cost_fen, side.metres, side.routes)
            totals[name] = [one + more for one, more in zip(totals[name], figures, strict=True)]
        for number, line in lines.items():
            due.add(line.resident_id)
            left = without.left.get(number)
            if left is None:
                served.add(line.resident_id)
            elif number in with_it.left:
                apart.add(line.resident_id)
            else:
                lost.append(_unserved(line, left))
    own = sides.hangs.residents
    hungry = {one.resident_id for one in lost}
    return Trial(
        vendor_code=sides.hangs.vendor.code, day=sides.hangs.next_day, choices=sides.choices, residents=len(own),
        taken_over=len((own & served) - hungry - apart), not_due=len(own - due), without_place=len((own & apart) - hungry),
        unserved=tuple(lost), unserved_own=len(own & hungry), portions=portions, planned_before=totals["before"][0],
        planned_after=totals["after"][0], cost_before_fen=totals["before"][1], cost_after_fen=totals["after"][1],
        metres_before=totals["before"][2], metres_after=totals["after"][2], routes_before=totals["before"][3],
        routes_after=totals["after"][3], fingerprint=sides.fingerprint,
    )  # fmt: skip


def _plan(given: Gathered, matrix_of: MatrixOf) -> _Planned:
    if not cooking_kitchens(given.parts):
        reason = _("No kitchen cooks for this meal with a vehicle on duty.")
        left = {
            line.line_id: Rejected(line_id=line.line_id, code="no-kitchen", reason=reason, owner=given.parts.owners.get(line.street_code, ""))
            for line in given.parts.lines
        }  # fmt: skip
        return _Planned(left, 0, 0, 0, 0)
    built = planning.assemble(given, matrix_of)
    output = plan_quick(built)
    routes, left_out = account(built, output.plan)
    terms = cost_terms(built.built.problem, output.plan)
    return _Planned(
        left={each.line_id: each for each in left_out}, planned=sum(route.portions for route in routes),
        cost_fen=fen_of(terms, given.parts.policy.prices.driver_hour), metres=sum(route.distance_m for route in routes),
        routes=len(routes),
    )  # fmt: skip


def _unserved(line: BookLineRecord, left: Rejected) -> Unserved:
    return Unserved(
        resident_id=line.resident_id, street_code=line.street_code, portions=line.quantity, code=left.code, reason=left.reason,
        owner=left.owner,
    )  # fmt: skip


def _day(db: Session, day: date, *, pricing: Pricing, by: Actor, clock: Clock) -> dict[MealSlot, Gathered]:
    """Each meal of the day that somebody has ordered, with its book closed."""
    found = {}
    for slot in MealSlot:
        if materialise.materialise(db, day, slot, by=by, clock=clock, pricing=pricing) or orders.book(db, day, slot):
            book = closing.close_book(db, day, slot, by=by, clock=clock, pricing=pricing)
            if book.lines:
                found[slot] = planning.gather(db, day, slot)
    return found


def _fingerprint(hangs: Hanging, choices: Choices, before: Mapping[MealSlot, Gathered]) -> str:
    """Ids of rows that the trial made for itself differ each time, so people and codes are compared."""
    content = [
        hangs.vendor.code, hangs.vendor.state, hangs.next_day.isoformat(), choices.as_json(), sorted(hangs.residents),
        [[each.code for each in group] for group in (hangs.kitchens, hangs.drivers, hangs.vehicles, hangs.stations)],
        [each.id for each in hangs.contracts], [each.id for each in hangs.backups],
        [
            [
                slot, sorted((line.resident_id, line.quantity, str(line.delivery), line.station_code or "", line.dish_code or "") for line in given.parts.lines),
                sorted((unit.vehicle.code, unit.driver.code, unit.vehicle.kitchen_code) for unit in given.parts.units),
                sorted((kitchen.code, kitchen.vendor_code, kitchen.daily_capacity) for kitchen in given.parts.kitchens),
            ]
            for slot, given in before.items()
        ],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@contextmanager
def _taken_back(db: Session) -> Iterator[None]:
    """Whatever the block writes is taken back, also where it raises."""
    inner = db.begin_nested()
    try:
        yield
    finally:
        if inner.is_active:
            inner.rollback()
        db.expire_all()
