"""A vendor stops: the step is taken, and what it was to bring stays in sight until a named person has decided about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.areas import queries as areas
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock, seconds_of_day
from mealroute.dispatch import offer_block, papers, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.orders.models import BookLine
from mealroute.planning import words
from mealroute.planning.models import PlanLine, PlanRoute, PlanVisit
from mealroute.vendors import incidents, life
from mealroute.vendors.records import ValidityWarning, VendorState


class Phase(StrEnum):
    """Where a stopped run stands by its planned times."""

    AHEAD = "ahead"
    UNDER_WAY = "under-way"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedRun:
    """A published run whose vendor or driver may not be given work: what, why, and who has to decide. Times in seconds of the day."""

    run: RunRecord
    phase: Phase
    starts_s: int
    ends_s: int
    portions: int
    must_serve: int
    why: tuple[ValidityWarning, ...]
    owner: str


def take_step(
    db: Session, code: str, to: VendorState, *, reason: str, on: date | None = None, by: Actor, clock: Clock
) -> tuple[StoppedRun, ...]:
    """A step of a vendor's life. A suspension takes its offers and unloaded runs from it at once (``offer_block``).

    Returns the runs of today and later that must be handed on because of it.
    """
    life.take_step(db, code, to, reason=reason, on=on, by=by, clock=clock)
    if to is not VendorState.SUSPENDED:
        return ()
    offer_block.vendor_blocked(db, code, reason=reason.strip(), by=by, clock=clock)
    return stopped_runs(db, clock=clock, scope=Scope.everything(), vendor_code=code)


def decide_incident(
    db: Session, incident_id: int, *, confirmed: bool, reason: str, by: Actor, clock: Clock
) -> tuple[StoppedRun, ...]:
    """Confirm or dismiss a report; a confirmed one suspends at once. Returns the runs that must be handed on."""
    if not incidents.decide(db, incident_id, confirmed=confirmed, reason=reason, by=by, clock=clock):
        return ()
    code = incidents.vendor_of(db, incident_id)
    offer_block.vendor_blocked(db, code, reason=reason.strip(), by=by, clock=clock)
    return stopped_runs(db, clock=clock, scope=Scope.everything(), vendor_code=code)


def stopped_runs(db: Session, *, clock: Clock, scope: Scope, vendor_code: str | None = None) -> tuple[StoppedRun, ...]:
    """Published runs of today and later that should not be with whom they are, the most urgent first.

    A run of today is listed until its planned end: who may not be given work may still be on the road with people's lunch.
    """
    today, now_s = clock.today(), seconds_of_day(clock.now(), clock.zone)
    rows = db.execute(
        select(Run.day, Run.slot)
        .where(Run.day >= today, Run.state == RunState.PUBLISHED)
        .distinct()
        .order_by(Run.day, Run.slot)
    ).tuples()
    found: list[StoppedRun] = []
    for day, slot in rows.all():
        gate = papers.gate(db, day)
        bad = {
            run: why
            for run in queries.runs(db, day, slot, scope=scope)
            if run.state is RunState.PUBLISHED
            and (vendor_code is None or vendor_code in gate.vendors_of(run))
            and (why := gate.against(run))
        }
        found += _with_facts(db, bad, now_s if day == today else -1)
    return tuple(sorted(found, key=lambda each: (each.run.day, each.starts_s, each.run.number)))


def _with_facts(db: Session, runs: Mapping[RunRecord, tuple[ValidityWarning, ...]], now_s: int) -> list[StoppedRun]:
    if not runs:
        return []
    by_route = {run.route_id: run for run in runs}
    routes = {row.id: row for row in db.scalars(select(PlanRoute).where(PlanRoute.id.in_(by_route)))}
    portions: dict[int, int] = {}
    must: dict[int, int] = {}
    streets: dict[int, dict[str, int]] = {}
    rows = db.execute(
        select(PlanVisit.route_id, BookLine.street_code, BookLine.must_serve, func.sum(PlanLine.portions))
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .where(PlanVisit.route_id.in_(by_route))
        .group_by(PlanVisit.route_id, BookLine.street_code, BookLine.must_serve)
    ).tuples()
    for route_id, street, must_serve, count in rows:
        portions[route_id] = portions.get(route_id, 0) + count
        must[route_id] = must.get(route_id, 0) + (count if must_serve else 0)
        share = streets.setdefault(route_id, {})
        share[street] = share.get(street, 0) + count
    names = areas.street_names(db)
    found = []
    for route_id, run in by_route.items():
        route = routes[route_id]
        if now_s > route.ends_s:
            continue
        share = streets.get(route_id, {})
        most = max(share, key=lambda street: (share[street], street), default="")
        owner = words.street_dispatcher(names[most]) if most in names else words.district_dispatcher()
        found.append(
            StoppedRun(
                run=run, phase=Phase.UNDER_WAY if now_s >= route.starts_s else Phase.AHEAD, starts_s=route.starts_s, ends_s=route.ends_s,
                portions=portions.get(route_id, 0), must_serve=must.get(route_id, 0), why=runs[run], owner=owner,
            )
        )  # fmt: skip
    return found
