"""Reads of dispatch: runs, and the sheets that go with them. Sheets hold names and phones; runs hold codes only."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import build, handover_notes, rules, transfers
from mealroute.dispatch.build import Door, SheetParts
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import Manifest, ManifestItem, RunId, RunRecord, RunState
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.menus.models import Dish
from mealroute.menus.words import dish_label
from mealroute.orders.models import BookLine
from mealroute.orders.records import Delivery
from mealroute.planning import queries as planning
from mealroute.planning.models import PlanLine, PlanRoute, PlanVisit
from mealroute.planning.records import PlanVersionId, RouteRecord, VisitKind
from mealroute.residents.models import Contact, Resident
from mealroute.vendors import queries as vendors


def runs(db: Session, day: date, slot: MealSlot | str, *, scope: Scope) -> tuple[RunRecord, ...]:
    """Runs of a day and slot within a person's scope, withdrawn ones included, by version and number."""
    query = select(Run).where(Run.day == day, Run.slot == str(slot)).order_by(Run.version_id, Run.number)
    return tuple(run_record(row) for row in db.scalars(within(query, scope)))


def run(db: Session, run_id: RunId | int, *, scope: Scope) -> RunRecord:
    """One run. Raises NotFound, also where it lies outside the scope."""
    row = db.scalar(within(select(Run).where(Run.id == run_id), scope))
    if row is None:
        raise _no_run()
    return run_record(row)


def manifest(
    db: Session, run_id: RunId | int, *, scope: Scope | None = None, link_base: str = "", secret_key: str = ""
) -> Manifest:
    """The sheet of one run. Raises NotFound, also where it lies outside the scope."""
    row = db.scalar(_wholly_within(select(Run).where(Run.id == run_id), scope or Scope.everything()))
    if row is None:
        raise _no_run()
    return _sheets(db, [row], link_base, secret_key)[0]


def manifests(
    db: Session,
    version_id: PlanVersionId | int,
    *,
    scope: Scope | None = None,
    link_base: str = "",
    secret_key: str = "",
) -> tuple[Manifest, ...]:
    """The sheets of a published version by number, in a dozen statements whatever their number.

    A sheet is whole or not at all: who reaches some streets gets no sheet that goes to others too.
    ``link_base`` (``https://…/r/``) puts the driver's signed link on each.
    """
    query = _wholly_within(
        select(Run).where(Run.version_id == version_id).order_by(Run.number), scope or Scope.everything()
    )
    return _sheets(db, db.scalars(query).all(), link_base, secret_key)


def draft_manifests(db: Session, version_id: PlanVersionId | int) -> tuple[Manifest, ...]:
    """What the sheets of a version would be that is not published: for paper that must be ready before the plan stands.

    Drivers and vehicles are those of the plan; there are no runs, so ``run_id`` is 0 and no link is printed.
    """
    version = planning.version(db, PlanVersionId(version_id))
    about = version.summary
    rows = [
        Run(
            id=0, version_id=about.id, route_id=route.id, number=route.number, day=about.day, slot=str(about.slot),
            kitchen_code=route.kitchen_code, vendor_code="", driver_code=route.driver_code, vehicle_code=route.vehicle_code,
            state=RunState.WITHDRAWN, link_nonce="", published_at=about.created_at,
        )
        for route in version.routes if any(visit.kind is VisitKind.JOB for visit in route.visits)
    ]  # fmt: skip
    return _sheets(db, rows, "", "")


def token(db: Session, run_id: RunId | int, *, secret_key: str = "") -> str:
    """The signed token that opens a run on the driver's phone. Raises NotFound."""
    nonce = db.scalar(select(Run.link_nonce).where(Run.id == run_id))
    if nonce is None:
        raise _no_run()
    return rules.sign_link(secret_key or _secret(), int(run_id), nonce)


def link_key(token: str, *, secret_key: str = "") -> tuple[int, str] | None:
    """The run and nonce that a link of this installation carries, without a look at the database; None for a forged one."""
    return rules.read_link(secret_key or _secret(), token)


def run_by_token(db: Session, token: str, *, clock: Clock, secret_key: str = "") -> RunRecord | None:
    """The run that a link opens; None for a link that is forged, over, revoked or withdrawn: a stranger learns nothing.

    The link of a run that a newer plan has replaced opens what its driver goes on with.
    """
    found = linked_run(db, token, clock=clock, secret_key=secret_key)
    return None if found is None else going_on(db, found)


def linked_run(db: Session, token: str, *, clock: Clock, secret_key: str = "") -> RunRecord | None:
    """The very run for which a link was made, withdrawn or not; None for a link that is forged, over or revoked."""
    read = rules.read_link(secret_key or _secret(), token)
    if read is None:
        return None
    row = db.scalar(select(Run).where(Run.id == read[0], Run.link_nonce == read[1]))
    return None if row is None or clock.today() > row.day else run_record(row)


def going_on(db: Session, run: RunRecord) -> RunRecord | None:
    """The run with which the driver of a withdrawn run goes on; the run itself while it stands; None where there is none."""
    if rules.stands(run):
        return run
    query = select(Run).where(Run.day == run.day, Run.slot == run.slot, Run.state != RunState.WITHDRAWN)
    standing = [run_record(row) for row in db.scalars(query.order_by(Run.number))]
    before = {
        row.id: row.replaces_run_id for row in db.execute(select(Run.id, Run.replaces_run_id).where(Run.day == run.day))
    }
    return rules.successor(run, standing, before)


def _sheets(db: Session, rows: Sequence[Run], link_base: str, secret_key: str) -> tuple[Manifest, ...]:
    if not rows:
        return ()
    everything = Scope.everything()  # the runs were limited already; what hangs on them is shown with them
    drivers = {each.code: each for each in vendors.drivers(db, scope=everything)}
    driven = _driven(db, rows)
    doors = _doors(db, [visit.id for route in driven.values() for visit in route.visits if visit.lines])
    of_route = {
        row.route_id: [int(line) for visit in driven[row.route_id].visits for line in visit.lines] for row in rows
    }
    doors = handover_notes.marked(db, rows, of_route, doors, drivers)
    parts = SheetParts(
        doors=doors,
        kitchens={each.code: each for each in vendors.kitchens(db)},
        drivers=drivers,
        vehicles={each.code: each for each in vendors.vehicles(db, scope=everything)},
        stations={each.code: each for each in vendors.stations(db)},
    )
    numbers = {n: planning.summary(db, PlanVersionId(n)).number for n in sorted({row.version_id for row in rows})}
    made = []
    for row in rows:
        route, number = driven[row.route_id], numbers[row.version_id]
        link = link_base + rules.sign_link(secret_key or _secret(), row.id, row.link_nonce) if link_base else ""
        made.append(build.manifest_of(run_record(row), route, number, parts, link))
    return tuple(made)


def _driven(db: Session, rows: Sequence[Run]) -> dict[int, RouteRecord]:
    """Route id → the route as driven now, with what changed hands on the road."""
    found: dict[int, RouteRecord] = {}
    for version in sorted({row.version_id for row in rows}):
        found |= transfers.version_driven(
            db, version, [(row.id, row.route_id) for row in rows if row.version_id == version]
        )
    return found


def _doors(db: Session, visit_ids: Collection[int]) -> dict[int, Door]:
    """Everybody at these stops, by book line: one statement for people, one for their contacts."""
    wanted = sorted(visit_ids)
    rows = db.execute(
        select(BookLine, Resident, PlanLine.new_face, Dish.name, Dish.name_en)
        .join(PlanLine, PlanLine.book_line_id == BookLine.id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .outerjoin(Dish, Dish.code == BookLine.dish_code)
        .where(PlanLine.visit_id.in_(wanted))
    ).tuples()
    contacts = _first_contacts(db, wanted)
    return {
        line.id: _door(line, person, new_face, dish_label(dish or "", dish_en or ""), contacts.get(person.id))
        for line, person, new_face, dish, dish_en in rows
    }


def _first_contacts(db: Session, visit_ids: Collection[int]) -> dict[int, Contact]:
    rows = db.scalars(
        select(Contact)
        .where(
            Contact.resident_id.in_(
                select(BookLine.resident_id)
                .join(PlanLine, PlanLine.book_line_id == BookLine.id)
                .where(PlanLine.visit_id.in_(visit_ids))
            )
        )
        .order_by(Contact.position.desc())
    )
    return {row.resident_id: row for row in rows}


def _door(line: BookLine, person: Resident, new_face: bool, dish: str, contact: Contact | None) -> Door:
    at_home = line.delivery == Delivery.HOME
    item = ManifestItem(
        book_line_id=line.id, resident_id=person.id, name=person.name, phone=person.phone or "",
        door=build.door_text(person.unit, line.floor, has_lift=line.has_lift) if at_home else "",
        door_note=person.door_note if at_home else "", diets=rules.special_diets(line.diets), strict=bool(line.strict_diets),
        dish_name=dish, size=line.size, quantity=line.quantity, cash_due_fen=line.cash_due_fen, handover=line.handover,
        new_face=new_face, contact_name=contact.name if contact else "", contact_phone=contact.phone if contact else "",
    )  # fmt: skip
    return Door(item=item, address=build.address_text(person.address, person.building))


def within(query: Select[Run], scope: Scope) -> Select[Run]:
    """The one place that limits runs to what a person may see."""
    scope = scope.through_runs()
    for column, code in (
        (Run.vendor_code, scope.vendor),
        (Run.kitchen_code, scope.kitchen),
        (Run.driver_code, scope.driver),
    ):
        if code is not None:  # an account without a code reaches nothing, also not the runs that have no driver yet
            query = query.where(column == code if code else false())
    if scope.vendor is not None:  # before its vendor has promised it, a run is an offer, without anybody's name
        query = query.where(Run.accepted_at.is_not(None))
    on_route = select(PlanVisit.route_id).join(PlanRoute, PlanRoute.id == PlanVisit.route_id)
    if scope.streets is not None:
        lines = on_route.join(PlanLine, PlanLine.visit_id == PlanVisit.id).join(
            BookLine, BookLine.id == PlanLine.book_line_id
        )
        taken = (
            select(StopTransfer.to_run_id)
            .join(PlanLine, PlanLine.visit_id == StopTransfer.visit_id)
            .join(BookLine, BookLine.id == PlanLine.book_line_id)
            .where(StopTransfer.to_run_id.is_not(None))
        )
        there = BookLine.street_code.in_(scope.streets)
        query = query.where(or_(Run.route_id.in_(lines.where(there)), Run.id.in_(taken.where(there))))
    if scope.station is not None:
        query = query.where(Run.route_id.in_(on_route.where(PlanVisit.station_code == scope.station)))
    return query


def _wholly_within(query: Select[Run], scope: Scope) -> Select[Run]:
    """Runs whose whole sheet a person may read: everybody on it lives in their streets."""
    streets = scope.through_runs().streets
    if streets is not None:
        strangers = (
            select(PlanVisit.route_id)
            .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
            .join(BookLine, BookLine.id == PlanLine.book_line_id)
            .where(BookLine.street_code.not_in(sorted(streets)))
        )
        taken = (
            select(StopTransfer.to_run_id)
            .join(PlanLine, PlanLine.visit_id == StopTransfer.visit_id)
            .join(BookLine, BookLine.id == PlanLine.book_line_id)
            .where(StopTransfer.to_run_id.is_not(None), BookLine.street_code.not_in(sorted(streets)))
        )
        query = query.where(Run.route_id.not_in(strangers), Run.id.not_in(taken))
    return within(query, scope)


def run_record(row: Run) -> RunRecord:
    """The row as others may read it."""
    return RunRecord(
        id=RunId(row.id), version_id=row.version_id, route_id=row.route_id, number=row.number, day=row.day, slot=row.slot,
        kitchen_code=row.kitchen_code, vendor_code=row.vendor_code, driver_code=row.driver_code, vehicle_code=row.vehicle_code,
        state=RunState(row.state), published_at=row.published_at, withdrawn_at=row.withdrawn_at,
        replaces_run_id=None if row.replaces_run_id is None else RunId(row.replaces_run_id), accepted_at=row.accepted_at,
        begun_at=row.begun_at,
    )  # fmt: skip


def _no_run() -> NotFound:
    return NotFound("run-not-found", _("There is no such run."))


@lru_cache(maxsize=1)
def _secret() -> str:
    """The installation's own key for signed links, read once."""
    return Settings.from_env().secret_key
