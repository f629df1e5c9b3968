"""A published plan over the small district, and drafts made from it by hand."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.delivery import replacing
from mealroute.delivery import service as doors
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.dispatch import queries as runs
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.planning import queries, service
from mealroute.planning.records import PlanInput, PlanOutput, PlanVersionId, RouteRecord
from mealroute.planning.solving import plan_quick
from solver.plan import Plan, Route
from solver.schedule import time_route
from tests.integration.planning_world import DAY, build_world
from tests.planted import planted

LUNCH = MealSlot.LUNCH
Trips = dict[int, list[list[int]]]
SECRET = "a secret of the tests"


class World:
    """A published plan over the small district, and drafts made from it by hand."""

    def __init__(self, db: Session, by: Actor, clock: FixedClock) -> None:
        self.db, self.by, self.clock = db, by, clock
        lines, self.given, self.plan, self.first = planted(db, ("republish_world", by, clock.at), self._published)
        self.lines = list(lines)

    def _published(self) -> tuple[tuple[int, ...], PlanInput, PlanOutput, PlanVersionId]:
        lines = build_world(self.db)
        given = service.prepare(self.db, DAY, LUNCH, matrix_of=StraightLine().matrix)
        plan = plan_quick(given)
        first = service.save_draft(self.db, given, plan, by=self.by, clock=self.clock)
        dispatch.publish(self.db, first, by=self.by, clock=self.clock, secret_key=SECRET)
        return tuple(lines), given, plan, first

    def draft(self, trips: Trips | None = None) -> PlanVersionId:
        """A draft on the published version: the same plan, or each vehicle with its stops by trip."""
        given = service.prepare(self.db, DAY, LUNCH, matrix_of=StraightLine().matrix)
        output = self.plan
        if trips is not None:
            problem, timed = given.built.problem, []
            for vehicle, inside in trips.items():
                route = time_route(problem, problem.vehicle(vehicle), tuple(map(tuple, inside)))
                assert isinstance(route, Route), route
                timed.append(route)
            plan = Plan(routes=tuple(timed), unassigned=self.plan.plan.unassigned)
            output = replace(self.plan, plan=plan, violations=())
        return service.save_draft(self.db, given, output, by=self.by, clock=self.clock)

    def one_stop_moved(self) -> tuple[Trips, int, str]:
        """The stops with one of the longest route given to another driver: (trips, the stop, vehicle that gives)."""
        trips = {
            route.vehicle: [list(trip) for trip in route.trip_stops] for route in self.plan.plan.routes if route.stops
        }
        vehicles = {vehicle.number: vehicle for vehicle in self.given.built.vehicles}
        giver = max(trips, key=lambda vehicle: sum(map(len, trips[vehicle])))
        problem = self.given.built.problem
        takers = [v for v in trips if v != giver and vehicles[v].kitchen_code == vehicles[giver].kitchen_code]
        for taker in takers:
            for trip in trips[giver]:
                for moved in reversed(trip):
                    tried = [*trips[taker][:-1], [*trips[taker][-1], moved]]
                    if isinstance(time_route(problem, problem.vehicle(taker), tuple(map(tuple, tried))), Route):
                        trip.remove(moved)
                        return trips | {taker: tried}, moved, vehicles[giver].vehicle_code
        raise AssertionError("no stop of the longest route fits elsewhere")

    def replace(self, new: PlanVersionId, **more: object) -> None:
        standing = queries.published(self.db, DAY, LUNCH)
        assert standing is not None
        replacing.republish(
            self.db,
            new,
            replaces=standing.id,
            reason="司机生病",
            by=self.by,
            clock=self.clock,
            secret_key=SECRET,
            **more,
        )

    def runs(self, *, standing: bool = True) -> list[RunRecord]:
        found = runs.runs(self.db, DAY, LUNCH, scope=Scope.everything())
        return [run for run in found if (run.state is not RunState.WITHDRAWN) == standing]

    def routes(self, version: PlanVersionId) -> tuple[RouteRecord, ...]:
        return queries.version(self.db, version).routes

    def hand_over(self, run: RunRecord | int, line: int) -> object:
        entry = ProofInput(
            client_id=str(uuid.uuid4()),
            run_id=run if isinstance(run, int) else run.id,
            book_line_id=line,
            outcome=Outcome.HANDED_OVER,
        )
        return doors.record_proof(self.db, entry, by=self.by, clock=self.clock)
