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
    db: Session, run: Run, lines: Sequence[int], doors: Mapping[int, Door], drivers: Mapping[str, DriverRecord]
) -> dict[int, Door]:
    """The doors of one run with the new faces of whoever drives it now, and for each of them the handover note.

    A run without a driver keeps the marks of the plan. Names of drivers of other vendors are not told.
    """
    prices = planning.policy_on(run.day, MealSlot(run.slot)).prices
    people = [doors[line].item.resident_id for line in lines if doors[line].item.door]
    known = experience.memories(
        db, people, run.day, weeks=prices.memory_weeks, half_life_days=prices.memory_half_life
    )  # fmt: skip
    strangers = {one for one in people if run.driver_code and run.driver_code not in known.get(one, DoorMemory()).faces}
    answers = experience.door_answers(db, strangers)
    found = {}
    for line in lines:
        item = doors[line].item
        if not item.door:
            found[line] = doors[line]
            continue
        new = item.resident_id in strangers if run.driver_code else item.new_face
        memory, answer = known.get(item.resident_id, DoorMemory()), answers.get(item.resident_id)
        brief = _brief(memory, answer, run.driver_code, drivers) if new else None
        found[line] = replace(doors[line], item=replace(item, new_face=new, brief=brief))
    return found


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
