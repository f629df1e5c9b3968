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
    """Run → what came back. The kitchen's count stands before the driver's own words; a sheet with rows missing says nothing."""
    counted: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    query = select(ReturnedMeals.slot, ReturnedMeals.vehicle_code, ReturnedMeals.trip, ReturnedMeals.portions)
    for slot, vehicle, trip, portions in db.execute(
        query.where(ReturnedMeals.day == day).order_by(ReturnedMeals.id)
    ).tuples():
        counted[slot, vehicle][trip] = portions
    found = {
        one.run: Returned(one.back, frozenset(), ("sheet", str(one.sheet)), by_driver=True)
        for one in sheets
        if not one.missing
    }
    if counted:
        runs = select(Run.id, Run.slot, Run.vehicle_code).where(Run.day == day, Run.state != "withdrawn")
        of_vehicle: dict[tuple[str, str], list[int]] = defaultdict(list)
        for run, slot, vehicle in db.execute(runs).tuples():
            of_vehicle[slot, vehicle].append(run)
        for (slot, vehicle), trips in counted.items():
            # Two runs of one vehicle in a meal: nobody can say from which of them it came back.
            if len(own := of_vehicle[slot, vehicle]) == 1:
                found[own[0]] = Returned(sum(trips.values()), frozenset(trips), ("returned", f"{day}/{slot}"))
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
