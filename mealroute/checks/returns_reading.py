"""What came back from the doors of one day, by the kitchen's count or the foot of a keyed sheet. A fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.checks.counts_reading import Footed
from mealroute.checks.hands_facts import Returned
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.kitchen.return_models import ReturnedMeals


def returned_on(db: Session, day: date, sheets: Sequence[Footed]) -> dict[int, Returned]:
    """Run → what came back. The count of the run's own kitchen stands before the driver's own words; a sheet with rows missing says nothing."""
    counted: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    query = select(
        ReturnedMeals.slot, ReturnedMeals.vehicle_code, ReturnedMeals.kitchen_code, ReturnedMeals.trip, ReturnedMeals.portions
    ).where(ReturnedMeals.day == day)  # fmt: skip
    for slot, vehicle, kitchen, trip, portions in db.execute(query.order_by(ReturnedMeals.id)).tuples():
        counted[slot, vehicle, kitchen][trip] = portions
    found = {
        one.run: Returned(one.back, frozenset(), ("sheet", str(one.sheet)), by_driver=True)
        for one in sheets
        if not one.missing
    }
    if counted:
        runs = select(Run.id, Run.slot, Run.vehicle_code, Run.kitchen_code)
        of_vehicle: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for run, slot, vehicle, kitchen in db.execute(runs.where(Run.day == day, Run.state != "withdrawn")).tuples():
            of_vehicle[slot, vehicle].append((run, kitchen))
        for (slot, vehicle), own in of_vehicle.items():
            # Two runs of one vehicle in a meal: nobody can say from which of them it came back.
            run, kitchen = own[0]
            if len(own) == 1 and (trips := counted.get((slot, vehicle, kitchen))):
                found[run] = Returned(sum(trips.values()), frozenset(trips), ("returned", f"{day}/{slot}"))
    if not found:
        return {}
    moved = (
        select(StopTransfer.from_run_id, func.sum(StopTransfer.portions))
        .join(Run, Run.id == StopTransfer.from_run_id)
        .where(Run.day == day)
        .group_by(StopTransfer.from_run_id)
    )
    for run, portions in db.execute(moved).tuples():
        if run in found:
            found[run] = found[run]._replace(moved=int(portions))
    return found
