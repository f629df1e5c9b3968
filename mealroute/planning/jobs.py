"""The handler of planning jobs: prepare, search, draw and save, in a worker process."""

import threading
from dataclasses import asdict
from datetime import date

from mealroute.adapters.job_worker import JobContext
from mealroute.core import db
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.slots import MealSlot
from mealroute.planning import closures, queries, service
from mealroute.planning.drawing import draw
from mealroute.planning.records import PlanProgress, SolveLimits
from mealroute.planning.searching import search_day


def plan_day(job: JobContext) -> None:
    """Plan a day as the payload says and save the answer as a draft, unless somebody asked to drop it.

    The answer and the job's result are written in one transaction, by the current attempt only. Who asks to stop and keep
    before there is a first plan gets that one.
    """
    from mealroute.adapters.networks import travel_of  # builds road networks; not needed to start a worker

    wanted = job.payload
    day, slot = date.fromisoformat(wanted["day"]), MealSlot(wanted["slot"])
    limits = SolveLimits(
        time_limit_s=wanted["time_limit_s"], seed=wanted["seed"], threads=wanted.get("threads") or job.threads,
        max_iterations=wanted.get("max_iterations"),
    )  # fmt: skip
    price = queries.policy_on(day, slot).prices.driver_hour
    job.report(stage="matrix", elapsed_s=0, limit_s=limits.time_limit_s, driver_hour_fen=price)
    with db.unit_of_work(read_only=True) as session:
        travel = travel_of(closed=closures.closed_on(session, day))
        given = service.prepare(session, day, slot, matrix_of=travel.matrix)
    job.report(set_aside=sum(given.lines[rejected.line_id].portions for rejected in given.built.rejected))
    found = threading.Event()

    def report(step: PlanProgress) -> None:
        job.report(**asdict(step))
        if step.best_cost is not None:
            found.set()

    def stopped() -> bool:
        return job.cancelled() or (job.stopping() and found.is_set())

    output = search_day(given, limits, progress=report, stopped=stopped)
    if job.cancelled():
        return
    job.report(stage="drawing", elapsed_s=output.seconds, best_cost=output.cost)
    lines = draw(given, output.plan, travel)
    asked = wanted["by"]
    by = Actor(account_id=asked["account_id"], name=asked["name"], role=Role(asked["role"]), scope=Scope.everything())
    job.report(stage="saving")
    with db.unit_of_work() as session:
        version_id = service.save_draft(session, given, output, lines=lines, by=by, clock=job.clock)
        job.finish(session, {"version_id": version_id, "cost": output.cost, "violations": len(output.violations)})
