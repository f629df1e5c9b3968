"""Rows of a published route turned into the sheet for its driver. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from mealroute.core.i18n import _
from mealroute.dispatch import rules, sheet_codes
from mealroute.dispatch.records import Manifest, ManifestItem, ManifestStop, ManifestTrip, RunRecord
from mealroute.planning.records import RouteRecord, VisitKind, VisitRecord
from mealroute.vendors.records import DriverRecord, KitchenRecord, StationRecord, VehicleRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One book line with the person behind it: the item, and the address of the building that the stop shows."""

    item: ManifestItem
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetParts:
    """What sheets are put together from; ``doors`` by book line id, the others by code."""

    doors: Mapping[int, Door]
    kitchens: Mapping[str, KitchenRecord]
    drivers: Mapping[str, DriverRecord]
    vehicles: Mapping[str, VehicleRecord]
    stations: Mapping[str, StationRecord]


def manifest_of(
    run: RunRecord, route: RouteRecord, version_number: int, parts: SheetParts, link_url: str = ""
) -> Manifest:
    """The whole sheet of one run. Portions of the load totals, of the trips and of the stops are the same sum."""
    trips = tuple(_trips(route.visits, parts))
    items = [item for trip in trips for stop in trip.stops for item in stop.items]
    stops = [stop for trip in trips for stop in trip.stops]
    driver, vehicle = parts.drivers.get(run.driver_code), parts.vehicles.get(run.vehicle_code)
    kitchen = parts.kitchens.get(run.kitchen_code)
    return Manifest(
        run_id=run.id, day=run.day, slot=run.slot, number=run.number, version_number=version_number, kitchen_code=run.kitchen_code,
        kitchen_name=kitchen.name if kitchen else run.kitchen_code, driver_code=run.driver_code,
        driver_name=driver.name if driver else run.driver_code, vehicle_code=run.vehicle_code,
        vehicle_kind=str(vehicle.kind) if vehicle else "", plate=vehicle.plate if vehicle else "",
        packed_at_s=trips[0].load_at_s, depart_s=trips[0].leave_s, last_stop_s=max((stop.arrival_s for stop in stops), default=route.starts_s),
        back_s=route.ends_s, eat_by_s=route.eat_by_s, portions=sum(item.quantity for item in items), stops=len(stops),
        cash_total_fen=sum(item.cash_due_fen for item in items), load_totals=rules.load_totals(items), trips=trips, link_url=link_url,
        sheet_code=sheet_codes.sheet_code(run.version_id, run.number),
    )  # fmt: skip


def part_of(manifest: Manifest, lines: Collection[int], *, banner: str) -> Manifest | None:
    """The sheet with only these book lines, its stops numbered as on the whole one; None where nothing is left."""
    trips = []
    for trip in manifest.trips:
        stops = []
        for stop in trip.stops:
            here = tuple(item for item in stop.items if item.book_line_id in lines)
            if here:
                stops.append(replace(stop, items=here, portions=sum(item.quantity for item in here)))
        if stops:
            trips.append(replace(trip, stops=tuple(stops), portions=sum(stop.portions for stop in stops)))
    items = [item for trip in trips for stop in trip.stops for item in stop.items]
    if not items:
        return None
    return replace(
        manifest, trips=tuple(trips), portions=sum(item.quantity for item in items), stops=sum(len(trip.stops) for trip in trips),
        cash_total_fen=sum(item.cash_due_fen for item in items), load_totals=rules.load_totals(items), banner=banner,
        last_stop_s=max(stop.arrival_s for trip in trips for stop in trip.stops),
    )  # fmt: skip


def _trips(visits: Sequence[VisitRecord], parts: SheetParts) -> Iterator[ManifestTrip]:
    position = 0
    for number, members in groupby(visits, key=lambda visit: visit.trip):
        inside = list(members)
        loading = next(visit for visit in inside if visit.kind in {VisitKind.START, VisitKind.RELOAD})
        stops = []
        for visit in inside:
            if visit.kind is VisitKind.JOB:
                position += 1
                stops.append(_stop(position, visit, parts))
        yield ManifestTrip(
            number=number, load_at_s=loading.begin_s, leave_s=loading.departure_s, portions=loading.portions, stops=tuple(stops)
        )  # fmt: skip


def _stop(position: int, visit: VisitRecord, parts: SheetParts) -> ManifestStop:
    doors = [parts.doors[line] for line in visit.lines]
    station = parts.stations.get(visit.station_code)
    return ManifestStop(
        position=position, visit_id=visit.id, trip=visit.trip, arrival_s=visit.begin_s, window_from_s=visit.window_from_s,
        window_to_s=visit.window_to_s, address=station_text(station.name, station.address) if station else doors[0].address,
        margin_s=visit.food_margin_s, station_bulk=bool(visit.station_code), station_code=visit.station_code, lon=visit.lon,
        lat=visit.lat, portions=visit.portions, items=tuple(sorted((door.item for door in doors), key=_by_door)),
    )  # fmt: skip


def station_text(name: str, address: str) -> str:
    """A station by name and where it is; an address that only repeats the name is left out."""
    short = address_text(address, "").replace(name, "").strip()
    return f"{name} {short}".strip()


def _by_door(item: ManifestItem) -> tuple[str, str]:
    return item.door, item.name


CITY_AND_DISTRICT = re.compile(r"^(北京市)?([\u4e00-\u9fff]{1,4}区)?(?=.)")


def door_text(unit: str, floor: int | None, *, has_lift: bool) -> str:
    """Where behind the building's entrance: unit, floor, and whether there are stairs to climb."""
    words = [unit] if unit else []
    if floor is not None:
        words.append(_("floor %(n)d", n=floor))
        if floor > 1:
            words.append(_("lift") if has_lift else _("no lift"))
    return " ".join(words)


def address_text(address: str, building: str) -> str:
    """The address to the building, without city and district, which a driver knows; nothing is said twice."""
    short = CITY_AND_DISTRICT.sub("", address)
    return short if not building or building.removesuffix("院") in short else f"{short} {building}"
