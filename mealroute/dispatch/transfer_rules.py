"""Routes as they are driven: a published version with the changes of hands that stand. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mealroute.dispatch.transfer_records import FoodWay, StationPlace, TransferKind, TransferRecord
from mealroute.planning.records import RouteRecord, VisitKind, VisitRecord

LOADINGS = (VisitKind.START, VisitKind.RELOAD)


def newest(transfers: Iterable[TransferRecord]) -> dict[int, TransferRecord]:
    """Visit → the change of hands that stands."""
    found: dict[int, TransferRecord] = {}
    for each in transfers:
        if each.visit_id not in found or found[each.visit_id].number < each.number:
            found[each.visit_id] = each
    return found


def driven(
    routes: Mapping[int, RouteRecord], planned: Mapping[int, VisitRecord], standing: Mapping[int, TransferRecord], stations: Mapping[str, StationPlace]
) -> dict[int, RouteRecord]:  # fmt: skip
    """Run → its route with what was given away taken out, what it took put in, and boxes for stations led there.

    ``planned``: every visit that changed hands, as planned. Each visit is on exactly one route or, held by a person, on none.
    """
    if not standing:
        return dict(routes)
    return {run: _driven(run, route, planned, standing, stations) for run, route in routes.items()}


def _driven(
    run: int, route: RouteRecord, planned: Mapping[int, VisitRecord], standing: Mapping[int, TransferRecord], stations: Mapping[str, StationPlace]
) -> RouteRecord:  # fmt: skip
    mine = {visit.id for visit in route.visits}
    taken = sorted(
        (
            each for each in standing.values()
            if each.run_id == run and each.kind is TransferKind.RUN and not _as_planned(each, mine)
        ),
        key=lambda each: each.id,
    )  # fmt: skip
    touched = taken or any(visit in standing for visit in mine)
    if not touched:
        return route
    visits = []
    for visit in route.visits:
        held = standing.get(visit.id)
        if held is None or (held.run_id == run and _as_planned(held, mine)):
            visits.append(visit)
        elif held.kind is TransferKind.STATION and held.run_id == run:
            visits.append(_led(visit, held, stations))
    for each in taken:
        _put(visits, each, planned[each.visit_id])
    for each in standing.values():
        if each.kind is TransferKind.STATION and each.run_id == run and each.visit_id not in mine:
            _put(visits, each, _led(planned[each.visit_id], each, stations))
    return _summed(route, visits)


def _as_planned(held: TransferRecord, mine: set[int]) -> bool:
    """Whether a stop is back where the plan has it, because its change of hands was taken back."""
    return held.food is FoodWay.STAYS and held.kind is TransferKind.RUN and held.visit_id in mine


def _led(visit: VisitRecord, held: TransferRecord, stations: Mapping[str, StationPlace]) -> VisitRecord:
    """A door's stop as a box for a station's counter."""
    place = stations.get(held.station_code)
    return replace(
        visit, station_code=held.station_code, lon=place.lon if place else visit.lon, lat=place.lat if place else visit.lat,
        arrival_s=held.arrive_s, waiting_s=0, food_margin_s=_margin(held, held.arrive_s + visit.setup_s + visit.service_s),
    )  # fmt: skip


def _put(visits: list[VisitRecord], held: TransferRecord, visit: VisitRecord) -> None:
    """Put a stop behind the one after which it is served; where that one is gone too, by its time."""
    place = next((n for n, each in enumerate(visits) if each.id == held.after_visit_id), None)
    if place is None:
        place = _by_time(visits, held.arrive_s)
    moved = replace(
        visit, trip=visits[place].trip, arrival_s=held.arrive_s, waiting_s=0,
        food_margin_s=_margin(held, held.arrive_s + visit.setup_s + visit.service_s),
    )  # fmt: skip
    visits.insert(place + 1, moved)


def _by_time(visits: list[VisitRecord], arrive_s: int) -> int:
    before = [n for n, each in enumerate(visits) if each.kind is not VisitKind.END and each.arrival_s <= arrive_s]
    return before[-1] if before else 0


def _margin(held: TransferRecord, handed_over_s: int) -> int | None:
    return None if held.deadline_s is None else held.deadline_s - handed_over_s


def _summed(route: RouteRecord, visits: list[VisitRecord]) -> RouteRecord:
    """The route with portions, stops and loads as its visits now add up."""
    jobs = [visit for visit in visits if visit.kind is VisitKind.JOB]
    loads = {
        trip: sum(visit.portions for visit in jobs if visit.trip == trip) for trip in {visit.trip for visit in visits}
    }
    shown = tuple(replace(visit, portions=loads[visit.trip]) if visit.kind in LOADINGS else visit for visit in visits)
    margins = [visit.food_margin_s for visit in jobs if visit.food_margin_s is not None]
    return replace(
        route, visits=shown, portions=sum(loads.values()), stops=len(jobs), late_margin_s=min(margins, default=None),
    )  # fmt: skip
