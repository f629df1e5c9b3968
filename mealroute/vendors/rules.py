"""Who may drive what, and whose papers are in order. Pure functions over records."""

from collections.abc import Iterable
from datetime import date, timedelta

from mealroute.core.i18n import _
from mealroute.vendors.records import (
    DriverRecord,
    FleetGap,
    FleetUnit,
    Roster,
    ValidityWarning,
    VehicleRecord,
    VendorRecord,
    VendorState,
)

AHEAD = timedelta(days=30)
"""How long before its end a paper is worth a warning (product: vendors)."""


def roster(day: date, vehicles: Iterable[VehicleRecord], drivers: Iterable[DriverRecord]) -> Roster:
    """Pair vehicles with drivers: the usual driver first, then whoever of the same kitchen is free, by code.

    A vehicle out of service, or one for which nobody is left, stays behind with a reason; so does a driver without one.
    """
    working = {driver.code: driver for driver in drivers if driver.works_on(day) and not _certificate_over(driver, day)}
    free = dict(sorted(working.items()))
    units: list[FleetUnit] = []
    waiting: list[VehicleRecord] = []
    gaps: list[FleetGap] = []
    for vehicle in sorted(vehicles, key=lambda item: item.code):
        if not vehicle.active:
            gaps.append(_gap(vehicle, "vehicle-inactive", _("The vehicle is out of service.")))
        elif vehicle.driver_code in free:
            units.append(FleetUnit(vehicle, free.pop(vehicle.driver_code)))
        else:
            waiting.append(vehicle)
    for vehicle in waiting:
        driver = next((driver for driver in free.values() if driver.kitchen_code == vehicle.kitchen_code), None)
        if driver is None:
            gaps.append(_gap(vehicle, "no-driver", _("No driver of this kitchen is free that day.")))
        else:
            units.append(FleetUnit(vehicle, free.pop(driver.code)))
    gaps += [
        FleetGap(
            vehicle_code=None, driver_code=driver.code, kitchen_code=driver.kitchen_code, code="no-vehicle",
            sentence=_("No vehicle of this kitchen is free that day."),
        )
        for driver in free.values()
    ]  # fmt: skip
    return Roster(day=day, units=tuple(sorted(units, key=lambda unit: unit.vehicle.code)), gaps=tuple(gaps))


def _gap(vehicle: VehicleRecord, code: str, sentence: str) -> FleetGap:
    return FleetGap(
        vehicle_code=vehicle.code, driver_code=vehicle.driver_code, kitchen_code=vehicle.kitchen_code, code=code,
        sentence=sentence,
    )  # fmt: skip


def _certificate_over(driver: DriverRecord, day: date) -> bool:
    return driver.health_certificate_to is not None and driver.health_certificate_to < day


def vendor_warnings(vendor: VendorRecord, day: date) -> tuple[ValidityWarning, ...]:
    """Licence and contract of a vendor that has work or will have; one that has left is not looked at."""
    if vendor.state in {VendorState.EXITED, VendorState.APPLIED}:
        return ()
    found = [
        _dated(vendor.name, "licence", _("licence"), vendor.licence_valid_to, day),
        _dated(vendor.name, "contract", _("contract"), vendor.contract_to, day),
    ]
    if vendor.contract_from is not None and vendor.contract_from > day:
        sentence = _("The contract of %(name)s begins on %(day)s.", name=vendor.name, day=vendor.contract_from)
        found.append(
            ValidityWarning(
                subject=vendor.name, code="contract-not-begun", sentence=sentence, blocks=True, due=vendor.contract_from
            )
        )
    if vendor.state is VendorState.SUSPENDED:
        sentence = _("%(name)s is suspended.", name=vendor.name)
        found.append(ValidityWarning(subject=vendor.name, code="suspended", sentence=sentence, blocks=True))
    return tuple(item for item in found if item is not None)


def driver_warnings(driver: DriverRecord, day: date) -> tuple[ValidityWarning, ...]:
    """The health certificate of a driver who still works; the subject is the driver's code."""
    if not driver.active:
        return ()
    found = _dated(driver.code, "health-certificate", _("health certificate"), driver.health_certificate_to, day)
    return (found,) if found else ()


def _dated(name: str, code: str, paper: str, until: date | None, day: date) -> ValidityWarning | None:
    if until is None or until > day + AHEAD:
        return None
    if until < day:
        sentence = _("The %(paper)s of %(name)s ran out on %(day)s.", paper=paper, name=name, day=until)
        return ValidityWarning(subject=name, code=f"{code}-over", sentence=sentence, blocks=True, due=until)
    sentence = _("The %(paper)s of %(name)s runs out on %(day)s.", paper=paper, name=name, day=until)
    return ValidityWarning(subject=name, code=f"{code}-ending", sentence=sentence, blocks=False, due=until)
