"""What somebody who comes to a door for the first time should know: who comes otherwise, when, how long the door takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch.build import Door
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import HandoverBrief
from mealroute.experience import queries as experience
from mealroute.experience.records import DoorAnswer, DoorMemory
from mealroute.planning import queries as planning
from mealroute.vendors.records import DriverRecord

SLOW_S = 60
"""A door that opens within a minute is no news."""


def marked(
    db: Session, runs: Sequence[Run], of_route: Mapping[int, Sequence[int]], doors: Mapping[int, Door], drivers: Mapping[str, DriverRecord]
) -> dict[int, Door]:  # fmt: skip
    """The doors with the new faces of whoever drives each run now, and for each of them the handover note; two statements a day.

    A run without a driver keeps the marks of the plan. Names of drivers of other vendors are not told. ``of_route``: lines by route.
    """
    found: dict[int, Door] = dict(doors)
    for day, slot in sorted({(run.day, run.slot) for run in runs}):
        same = [run for run in runs if (run.day, run.slot) == (day, slot)]
        prices = planning.policy_on(day, MealSlot(slot)).prices
        lines = [(run, line) for run in same for line in of_route.get(run.route_id, ()) if doors[line].item.door]
        known = experience.memories(
            db, [doors[line].item.resident_id for _run, line in lines], day, weeks=prices.memory_weeks, half_life_days=prices.memory_half_life
        )  # fmt: skip
        new = [(run, line) for run, line in lines if _is_new(run, doors[line], known)]
        answers = experience.door_answers(db, {doors[line].item.resident_id for _run, line in new})
        for _run, line in lines:
            found[line] = replace(doors[line], item=replace(doors[line].item, new_face=False))
        for run, line in new:
            item = doors[line].item
            brief = _brief(
                known.get(item.resident_id, DoorMemory()), answers.get(item.resident_id), run.driver_code, drivers
            )
            found[line] = replace(doors[line], item=replace(item, new_face=True, brief=brief))
    return found


def _is_new(run: Run, door: Door, known: Mapping[int, DoorMemory]) -> bool:
    item = door.item
    return run.driver_code not in known.get(item.resident_id, DoorMemory()).faces if run.driver_code else item.new_face


def _brief(
    memory: DoorMemory, answer: DoorAnswer | None, driver_code: str, drivers: Mapping[str, DriverRecord]
) -> HandoverBrief:
    usual = next((driver for driver, how in memory.faces.items() if how >= 1), "")
    own, other = drivers.get(driver_code), drivers.get(usual)
    colleague = own is not None and other is not None and own.vendor_code == other.vendor_code
    return HandoverBrief(
        usual_driver=other.name if other is not None and colleague else "", usual_s=memory.usual_s,
        opens_s=answer.seconds if answer is not None and answer.seconds >= SLOW_S else None, first_ever=not memory.faces,
    )  # fmt: skip


def text(brief: HandoverBrief) -> str:
    """One line for the sheet and the phone; empty where nothing is known that helps."""
    if brief.first_ever:
        return _("first delivery in weeks: nobody has been here lately")
    parts = []
    if brief.usual_driver and brief.usual_s is not None:
        parts.append(
            _("%(name)s comes otherwise, about %(at)s", name=brief.usual_driver, at=clock_text(_quarter(brief.usual_s)))
        )
    elif brief.usual_driver:
        parts.append(_("%(name)s comes otherwise", name=brief.usual_driver))
    elif brief.usual_s is not None:
        parts.append(_("the meal comes otherwise about %(at)s", at=clock_text(_quarter(brief.usual_s))))
    if brief.opens_s is not None:
        parts.append(_("the door takes about %(n)d min", n=-(-brief.opens_s // 60)))
    return _("; ").join(parts)


def _quarter(seconds: int) -> int:
    """To five minutes: a habit is no appointment."""
    return 300 * round(seconds / 300)
