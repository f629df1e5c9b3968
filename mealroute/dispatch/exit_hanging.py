"""What hangs on a vendor that leaves: read before anything is decided."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.core.actor import Scope
from mealroute.core.clock import Clock, seconds_of_day
from mealroute.dispatch import papers, queries
from mealroute.dispatch.exit_records import Hanging
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.menus import queries as menus
from mealroute.orders.models import BookLine, StandingOrder
from mealroute.orders.records import Delivery
from mealroute.planning.models import PlanLine, PlanRoute, PlanVisit
from mealroute.vendors import queries as vendors

LOOK_BACK = timedelta(days=28)
"""Whose meals a vendor cooked or brought in this time is its resident: four weeks see everybody who orders now and then."""


def hanging(db: Session, code: str, *, clock: Clock) -> Hanging:
    """Everything that others must take over, or that ends. Raises NotFound for an unknown vendor."""
    today = clock.today()
    own = Scope(vendor=code)
    vendor = vendors.vendor(db, code, on=today)
    kitchens = tuple(kitchen for kitchen in vendors.kitchens(db, scope=own) if kitchen.is_open(today))
    places = {kitchen.code for kitchen in kitchens}
    drivers = tuple(
        driver
        for driver in vendors.drivers(db, scope=Scope.everything())
        if driver.active and (driver.vendor_code == code or driver.kitchen_code in places)
    )
    vehicles = tuple(
        vehicle
        for vehicle in vendors.vehicles(db)
        if vehicle.active and (vehicle.vendor_code == code or vehicle.kitchen_code in places)
    )
    stations = tuple(station for station in vendors.stations(db) if station.operator_vendor_code == code)
    cooked, brought = _residents(db, today, _cooked_by(code)), _residents(db, today, Run.vendor_code == code)
    fetched = _standing(db, [station.code for station in stations], today)
    return Hanging(
        vendor=vendor, next_day=menus.next_service_day(db, today), kitchens=kitchens, drivers=drivers, vehicles=vehicles, stations=stations,
        contracts=tuple(
            entry for entry in vendors.street_contracts(db, scope=own) if entry.valid_to is None or entry.valid_to > today
        ),
        backups=tuple(
            entry for entry in vendors.all_backups(db, today) if entry.code == code and (entry.valid_to is None or entry.valid_to > today)
        ),
        residents=cooked | brought | fetched, cooked_for=len(cooked), brought_to=len(brought), station_orders=len(fetched),
        runs=_still_to_drive(db, code, clock),
        accounts=tuple(account.id for account in accounts.accounts(db) if account.active and account.vendor_code == code),
    )  # fmt: skip


def _cooked_by(code: str) -> ColumnElement[bool]:
    return (Run.cooked_by == code) | (Run.cooked_by.is_(None) & (Run.vendor_code == code))


def _residents(db: Session, today: date, match: ColumnElement[bool]) -> frozenset[int]:
    """Residents with a meal on a published run that fits, within the look-back."""
    query = (
        select(BookLine.resident_id)
        .join(PlanLine, PlanLine.book_line_id == BookLine.id)
        .join(PlanVisit, PlanVisit.id == PlanLine.visit_id)
        .join(Run, Run.route_id == PlanVisit.route_id)
        .where(Run.day >= today - LOOK_BACK, Run.state != RunState.WITHDRAWN, match)
        .distinct()
    )
    return frozenset(db.scalars(query))


def _standing(db: Session, stations: list[str], today: date) -> frozenset[int]:
    row = StandingOrder
    query = select(row.resident_id).where(
        row.station_code.in_(stations),
        row.delivery == Delivery.STATION,
        row.valid_to.is_(None) | (row.valid_to >= today),
    )
    return frozenset(db.scalars(query)) if stations else frozenset()


def _still_to_drive(db: Session, code: str, clock: Clock) -> tuple[RunRecord, ...]:
    """Published runs with which the vendor has to do, of later days, or of today and not over by the plan."""
    today, now_s = clock.today(), seconds_of_day(clock.now(), clock.zone)
    gate = papers.gate(db, today)
    rows = db.execute(
        select(Run.day, Run.slot).where(Run.day >= today, Run.state == RunState.PUBLISHED).distinct()
    ).tuples()
    runs = [run for day, slot in rows.all() for run in queries.runs(db, day, slot, scope=Scope.everything())]
    own = [
        run
        for run in runs
        if run.state is RunState.PUBLISHED and (run.vendor_code == code or code in gate.vendors_of(run))
    ]
    ends = dict(
        db.execute(
            select(PlanRoute.id, PlanRoute.ends_s).where(PlanRoute.id.in_([run.route_id for run in own]))
        ).tuples().all()
    )  # fmt: skip
    return tuple(run for run in own if run.day > today or ends[run.route_id] > now_s)
