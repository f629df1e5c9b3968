"""Which papers have run out, and who drives what on a day. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from mealroute.core.i18n import _
from mealroute.vendors.records import (
    WORKING_STATES,
    DriverRecord,
    FleetGap,
    FleetUnit,
    Roster,
    ValidityWarning,
    VehicleRecord,
    VendorRecord,
    VendorState,
)

SOON = timedelta(days=30)
"""How long beforehand a paper that will run out is shown."""


def vendor_warnings(vendor: VendorRecord, day: date) -> tuple[ValidityWarning, ...]:
    """What is wrong, or soon will be, with a vendor's papers on ``day``. Work is blocked by a state or a paper that has run out."""
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
    found += _dated(vendor.code, "licence", vendor.licence_valid_to, day)
    found += _dated(vendor.code, "contract", vendor.contract_to, day)
    if vendor.contract_from is not None and day < vendor.contract_from:
        sentence = _("The contract begins on %(day)s.", day=vendor.contract_from.isoformat())
        found.append(ValidityWarning(subject=vendor.code, code="contract-not-begun", sentence=sentence, blocks=True))
    return tuple(found)


def driver_warnings(driver: DriverRecord, day: date) -> tuple[ValidityWarning, ...]:
    """The health certificate of a driver who still works: one that has run out blocks. None on file says nothing."""
    return tuple(_dated(driver.code, "health-certificate", driver.health_certificate_to, day)) if driver.active else ()


def blocked(warnings: Iterable[ValidityWarning]) -> bool:
    """Whether any of these forbids giving work."""
    return any(warning.blocks for warning in warnings)


def roster(
    day: date,
    vehicles: Sequence[VehicleRecord],
    drivers: Sequence[DriverRecord],
    *,
    vendors: Sequence[VendorRecord] = (),
) -> Roster:
    """Pair the day's vehicles with its drivers.

    The usual pair first, where both are there; then a free driver of the same kitchen, the longest shift first. Whoever has no
    partner stays behind with the reason; days off are no reason to tell. No driver has two vehicles.
    """
    gone = {vendor.code for vendor in vendors if blocked(vendor_warnings(vendor, day))}
    units: list[FleetUnit] = []
    gaps: list[FleetGap] = []
    free: dict[str, DriverRecord] = {}
    for driver in sorted(drivers, key=lambda item: item.code):
        reason = _driver_out(driver, day, gone)
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


def _driver_out(driver: DriverRecord, day: date, gone: set[str]) -> tuple[str, str] | None:
    if not driver.works_on(day):
        return "off-duty", ""
    if driver.vendor_code in gone:
        return "vendor-blocked", _("The vendor of driver %(code)s may not be given work.", code=driver.code)
    if blocked(driver_warnings(driver, day)):
        return "health-certificate-over", _("The health certificate of driver %(code)s has run out.", code=driver.code)
    return None


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
    names = {"licence": _("food licence"), "contract": _("contract"), "health-certificate": _("health certificate")}
    if valid_to < day:
        sentence = _("The %(paper)s ran out on %(day)s.", paper=names[paper], day=valid_to.isoformat())
        return [ValidityWarning(subject=subject, code=f"{paper}-over", sentence=sentence, blocks=True, due=valid_to)]
    if valid_to <= day + SOON:
        sentence = _("The %(paper)s runs out on %(day)s.", paper=names[paper], day=valid_to.isoformat())
        return [ValidityWarning(subject=subject, code=f"{paper}-ending", sentence=sentence, blocks=False, due=valid_to)]
    return []
