"""The handler of trials of a vendor's exit: gather, plan both sides, keep the comparison as the job's result."""

from mealroute.adapters.job_worker import JobContext
from mealroute.core import db
from mealroute.core.actor import Actor, Role, Scope
from mealroute.dispatch import exit_trial
from mealroute.dispatch.exit_records import Choices
from mealroute.planning.travel_table import TravelTable
from mealroute.subsidy import service as subsidy


def run(job: JobContext) -> None:
    """Nothing but the job's result is written. Cancelled in between: nothing at all."""
    from mealroute.adapters.networks import travel_of  # builds road networks; not needed to start a worker

    wanted = job.payload
    asked = wanted["by"]
    by = Actor(account_id=asked["account_id"], name=asked["name"], role=Role(asked["role"]), scope=Scope.everything())
    job.report(stage="matrix")
    with db.unit_of_work() as session:
        sides = exit_trial.gather(
            session, wanted["vendor"], Choices.from_json(wanted["choices"]), pricing=subsidy.pricing(session), by=by, clock=job.clock
        )  # fmt: skip
    if job.cancelled():
        return
    trial = exit_trial.run(sides, TravelTable(travel_of()))
    if job.cancelled():
        return
    with db.unit_of_work() as session:
        job.finish(session, trial.as_json())
