"""Whether a driver and a vehicle can do a run. Pure; each answer is a code with one sentence, None = they can."""

from collections.abc import Iterable
from datetime import date

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.dispatch.offer_records import CrewFact, RunNeeds
from mealroute.residents.records import Diet
from mealroute.vendors import rules as papers
from mealroute.vendors.records import DriverRecord, VehicleRecord

Busy = Iterable[tuple[int, int, int]]
Fault = tuple[str, str]


def driver_fault(driver: DriverRecord | None, needs: RunNeeds, day: date, busy: Busy) -> Fault | None:
    """Why this driver (None: no driver of the vendor) cannot do the run."""
    if driver is None:
        return "driver-not-own", _("This is no driver of yours.")
    if not driver.works_on(day):
        return "driver-off-duty", _("%(name)s is not on duty that day.", name=driver.name)
    over = {warning.code for warning in papers.driver_warnings(driver, day) if warning.blocks}
    if "health-certificate-over" in over:
        return "certificate-over", _("The health certificate of %(name)s has run out.", name=driver.name)
    if over:
        return "training-over", _("The training of %(name)s has run out.", name=driver.name)
    if not (driver.shift_start_s <= needs.loads_s and needs.back_s <= driver.shift_end_s):
        return "driver-off-shift", _(
            "%(name)s works from %(begin)s to %(end)s; the run takes from %(from_)s to %(to)s.", name=driver.name,
            begin=clock_text(driver.shift_start_s), end=clock_text(driver.shift_end_s), from_=clock_text(needs.loads_s),
            to=clock_text(needs.back_s),
        )  # fmt: skip
    if not _free(driver.code, needs, busy):
        return "driver-busy", _("%(name)s drives another run at that time.", name=driver.name)
    return None


def vehicle_fault(vehicle: VehicleRecord | None, needs: RunNeeds, busy: Busy) -> Fault | None:
    """Why this vehicle (None: no vehicle of the vendor) cannot do the run."""
    if vehicle is None or not vehicle.active:
        return "vehicle-not-own", _("This is no vehicle of yours that is in service.")
    if vehicle.hot_boxes + vehicle.cold_boxes < needs.most_aboard:
        return "vehicle-too-small", _(
            "Vehicle %(code)s holds %(boxes)d portions; the fullest trip has %(n)d.", code=vehicle.code,
            boxes=vehicle.hot_boxes + vehicle.cold_boxes, n=needs.most_aboard,
        )  # fmt: skip
    if str(Diet.HALAL) in needs.diets and not vehicle.halal_marked:
        return "vehicle-not-halal", _("The run carries halal meals: it needs a vehicle marked for them.")
    if not _free(vehicle.code, needs, busy):
        return "vehicle-busy", _("Vehicle %(code)s is on another run at that time.", code=vehicle.code)
    return None


def _free(code: str, needs: RunNeeds, busy: Busy) -> bool:
    return CrewFact(driver_code=code, shift_start_s=0, shift_end_s=1 << 30, busy=tuple(busy)).free_for(
        needs.run_id, needs.loads_s, needs.back_s
    )
