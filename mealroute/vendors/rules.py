"""Which papers have run out, and who drives what on a day. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from mealroute.core.i18n import _
from mealroute.vendors.records import (
    WORKING_STATES,
    DriverRecord,
    FleetGap,
    FleetUnit,
    KitchenRecord,
    Roster,
    SupplyMode,
    ValidityWarning,
    VehicleRecord,
    VendorRecord,
    VendorState,
)

SOON = timedelta(days=30)
"""How long beforehand a paper that will run out is shown."""


def vendor_warnings(vendor: VendorRecord, day: date) -> tuple[ValidityWarning, ...]:
    """What is wrong, or soon will be, with a vendor on ``day``. Its state and papers that have run out block work.

    The record's state is the one of that day. Dates are inclusive: a paper that ends today serves today and not tomorrow.
    A licence or contract that is not on file is shown and blocks nothing: admission asks for it.
    """
    found: list[ValidityWarning] = []
    if vendor.state not in WORKING_STATES:
        sentence = {
            VendorState.APPLIED: _("This vendor is not admitted yet."),
            VendorState.SUSPENDED: _("This vendor is suspended."),
            VendorState.EXITED: _("This vendor has left."),
        }[vendor.state]
        found.append(
            ValidityWarning(subject=vendor.code, code=f"vendor-{vendor.state}", sentence=sentence, blocks=True)
        )
    if vendor.state is VendorState.EXITED:
        return tuple(found)
    found += _dated(vendor.code, "licence", vendor.licence_valid_to, day)
    found += _dated(vendor.code, "contract", vendor.contract_to, day)
    if vendor.contract_from is not None and day < vendor.contract_from:
        sentence = _("The contract begins on %(day)s.", day=vendor.contract_from.isoformat())
        found.append(ValidityWarning(subject=vendor.code, code="contract-not-begun", sentence=sentence, blocks=True))
    for code, held, sentence in (
        ("licence-missing", vendor.licence_valid_to, _("The end of the food licence is not on file.")),
        ("contract-missing", vendor.contract_to, _("The end of the contract is not on file.")),
    ):
        if held is None:
            found.append(ValidityWarning(subject=vendor.code, code=code, sentence=sentence, blocks=False))
    return tuple(found)


def may_work(vendor: VendorRecord, day: date) -> tuple[ValidityWarning, ...]:
    """Why a vendor may not be given work on ``day``; empty = it may. The one answer that planning and dispatch go by."""
    return tuple(warning for warning in vendor_warnings(vendor, day) if warning.blocks)


def preference(mode: SupplyMode | None) -> int:
    """Place of a way of supply in the order of preference, the best 0 (policy D35: 主渠道 first); none stated comes last."""
    order = list(SupplyMode)
    return len(order) if mode is None else order.index(mode)


def driver_warnings(driver: DriverRecord, day: date) -> tuple[ValidityWarning, ...]:
    """Health certificate and training of a driver who still works: one that has run out blocks. None on file says nothing."""
    if not driver.active:
        return ()
    health = _dated(driver.code, "health-certificate", driver.health_certificate_to, day)
    return (*health, *_dated(driver.code, "training", driver.training_to, day))


def driver_against(driver: DriverRecord, day: date) -> tuple[ValidityWarning, ...]:
    """Why a driver may not be given work on ``day``, the vendor aside; empty = the driver may."""
    if not driver.works_on(day):
        sentence = _("Driver %(code)s does not work on this day.", code=driver.code)
        return (ValidityWarning(subject=driver.code, code="off-duty", sentence=sentence, blocks=True),)
    return tuple(warning for warning in driver_warnings(driver, day) if warning.blocks)


def blocked(warnings: Iterable[ValidityWarning]) -> bool:
    """Whether any of these forbids giving work."""
    return any(warning.blocks for warning in warnings)


def roster(
    day: date,
    vehicles: Sequence[VehicleRecord],
    drivers: Sequence[DriverRecord],
    *,
    vendors: Sequence[VendorRecord] = (),
    kitchens: Sequence[KitchenRecord] = (),
) -> Roster:
    """Pair the day's vehicles with its drivers.

    A vehicle goes with its usual driver when both are fit for work; other vehicles get the free driver of their kitchen with
    the longest shift. Drivers and vehicles of a vendor that may not work, kitchens of such a vendor with all that loads there,
    and drivers whose certificate has run out stay behind; each vehicle and driver that stays behind is named with a reason.
    """
    gone = {vendor.code for vendor in vendors if may_work(vendor, day)}
    shut = {kitchen.code for kitchen in kitchens if kitchen.vendor_code in gone or not kitchen.is_open(day)}
    units: list[FleetUnit] = []
    gaps: list[FleetGap] = []
    free: dict[str, DriverRecord] = {}
    for driver in sorted(drivers, key=lambda item: item.code):
        reason = _driver_out(driver, day, gone, shut)
        if reason is None:
            free[driver.code] = driver
        elif reason[0] != "off-duty":
            gaps.append(_gap(None, driver, driver.kitchen_code, *reason))
    waiting: list[VehicleRecord] = []
    for vehicle in sorted(vehicles, key=lambda item: item.code):
        if not vehicle.active:
            sentence = _("Vehicle %(code)s is out of service.", code=vehicle.code)
            gaps.append(_gap(vehicle, None, vehicle.kitchen_code, "vehicle-inactive", sentence))
            continue
        if vehicle.vendor_code in gone:
            sentence = _("The vendor of vehicle %(code)s may not be given work.", code=vehicle.code)
            gaps.append(_gap(vehicle, None, vehicle.kitchen_code, "vendor-blocked", sentence))
            continue
        if vehicle.kitchen_code in shut:
            gaps.append(_gap(vehicle, None, vehicle.kitchen_code, "kitchen-blocked", _shut(vehicle.kitchen_code)))
            continue
        usual = free.get(vehicle.driver_code or "")
        if usual is not None and usual.kitchen_code == vehicle.kitchen_code:
            units.append(FleetUnit(vehicle, free.pop(usual.code)))
        else:
            waiting.append(vehicle)
    for vehicle in waiting:
        able = [driver for driver in free.values() if driver.kitchen_code == vehicle.kitchen_code]
        if able:
            best = min(able, key=lambda driver: (driver.shift_start_s - driver.shift_end_s, driver.code))
            units.append(FleetUnit(vehicle, free.pop(best.code)))
        else:
            sentence = _("No driver of this kitchen is free for vehicle %(code)s.", code=vehicle.code)
            gaps.append(_gap(vehicle, None, vehicle.kitchen_code, "no-driver", sentence))
    for driver in free.values():
        sentence = _("There is no vehicle left for driver %(code)s.", code=driver.code)
        gaps.append(_gap(None, driver, driver.kitchen_code, "no-vehicle", sentence))
    return Roster(day=day, units=tuple(sorted(units, key=lambda unit: unit.vehicle.code)), gaps=tuple(gaps))


def _driver_out(driver: DriverRecord, day: date, gone: set[str], shut: set[str]) -> tuple[str, str] | None:
    if not driver.works_on(day):
        return "off-duty", ""
    if driver.vendor_code in gone:
        return "vendor-blocked", _("The vendor of driver %(code)s may not be given work.", code=driver.code)
    if driver.kitchen_code in shut:
        return "kitchen-blocked", _shut(driver.kitchen_code)
    over = {warning.code for warning in driver_warnings(driver, day) if warning.blocks}
    if "health-certificate-over" in over:
        return "health-certificate-over", _("The health certificate of driver %(code)s has run out.", code=driver.code)
    if over:
        return "training-over", _("The training of driver %(code)s has run out.", code=driver.code)
    return None


def _shut(kitchen_code: str) -> str:
    return _(
        "Kitchen %(code)s is closed, or its vendor may not be given work: nothing may load there.", code=kitchen_code
    )


def _gap(
    vehicle: VehicleRecord | None, driver: DriverRecord | None, kitchen: str, code: str, sentence: str
) -> FleetGap:
    return FleetGap(
        vehicle_code=vehicle.code if vehicle else None, driver_code=driver.code if driver else None, kitchen_code=kitchen,
        code=code, sentence=sentence,
    )  # fmt: skip


def _dated(subject: str, paper: str, valid_to: date | None, day: date) -> list[ValidityWarning]:
    if valid_to is None:
        return []
    names = {
        "licence": _("food licence"),
        "contract": _("contract"),
        "health-certificate": _("health certificate"),
        "training": _("training"),
    }
    if valid_to < day:
        sentence = _("The %(paper)s ran out on %(day)s.", paper=names[paper], day=valid_to.isoformat())
        return [ValidityWarning(subject=subject, code=f"{paper}-over", sentence=sentence, blocks=True, due=valid_to)]
    if valid_to <= day + SOON:
        sentence = _("The %(paper)s runs out on %(day)s.", paper=names[paper], day=valid_to.isoformat())
        return [ValidityWarning(subject=subject, code=f"{paper}-ending", sentence=sentence, blocks=False, due=valid_to)]
    return []
