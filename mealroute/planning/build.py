"""An order book, a fleet and kitchens turned into a routing problem. Pure: no database, no clock, no people.

What becomes what (docs/planning.md has the table): a door or building with what travels there together is a Stop, a vehicle
with its driver and shift is a Vehicle that loads at its kitchen, a kitchen is a Depot with its capacity and the diets it
can cook as skills. Food limits become ``release`` and ``max_ride``, less setup and service, so that the resident's clock
ends at the handover; the last eat-by ends the windows.
"""

from collections.abc import Callable, Mapping, Sequence

from mealroute.adapters.travel import TravelMatrix
from mealroute.core.errors import MealrouteError
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.menus.records import Compartment
from mealroute.planning import rules
from mealroute.planning.grouping import StopGroup, group_lines, reject
from mealroute.planning.records import BuiltProblem, PlannedStop, PlannedVehicle, Rejected
from mealroute.planning.rules import DIET_SKILLS, HALAL_SKILL
from mealroute.planning.sources import CookingKitchen, PlanParts, Sizes, cooking_kitchens
from solver.problem import Depot, Matrix, Problem, Stop, TimeWindow, Vehicle

MatrixOf = Callable[[Sequence[LonLat], str], TravelMatrix]
"""Travel between points for a profile."""


def build_problem(parts: PlanParts, matrix_of: MatrixOf) -> tuple[BuiltProblem, Mapping[str, TravelMatrix]]:
    """The problem of one day and slot, and the travel times behind it by profile.

    Every line is in exactly one stop or among the rejected. Stops and vehicles are numbered in a fixed order, so that the
    same book gives the same problem.

    Raises
    ------
    MealrouteError
        ``no-kitchen``: no kitchen cooks in this slot with a vehicle on duty, so there is nothing to search for.
    """
    kitchens = cooking_kitchens(parts)
    if not kitchens:
        raise MealrouteError(
            "no-kitchen",
            _("No kitchen cooks for this meal with a vehicle on duty."),
            _("Check the kitchens' batches, the vehicles and the drivers' shifts."),
        )
    groups, rejected = group_lines(parts.lines, kitchens, parts.owners, parts.policy.prices, parts.held)
    groups, too_late = _within_food_limits(groups, kitchens, parts)
    sizes = Sizes(any(compartment is Compartment.COLD for compartment in _compartments_used(parts)))
    points = _distinct([kitchen.record.point for kitchen in kitchens] + [group.point for group in groups])
    index = {point: n for n, point in enumerate(points)}
    vehicles = _vehicles(kitchens, index, sizes, parts)
    numbers = {planned.number: planned for _vehicle, planned in vehicles}
    stops = [_stop(n, group, kitchens, numbers, index, sizes, parts) for n, group in enumerate(groups, 1)]
    profiles = sorted({vehicle.profile for vehicle, _planned in vehicles})
    travel = {profile: matrix_of(points, profile) for profile in profiles}
    problem = Problem(
        stops=tuple(stop for stop, _planned in stops),
        vehicles=tuple(vehicle for vehicle, _planned in vehicles),
        matrices={profile: Matrix(found.durations, found.distances) for profile, found in travel.items()},
        depots=_depots(kitchens, index, sizes),
    )
    built = BuiltProblem(
        problem=problem,
        points=points,
        stops=tuple(planned for _stop, planned in stops),
        vehicles=tuple(numbers.values()),
        rejected=(*rejected, *too_late),
    )
    return built, travel


def _within_food_limits(
    groups: Sequence[StopGroup], kitchens: Sequence[CookingKitchen], parts: PlanParts
) -> tuple[list[StopGroup], list[Rejected]]:
    """Set aside what is wanted before any food is ready, or after the last of it must be eaten."""
    kept: list[StopGroup] = []
    refused: list[Rejected] = []
    for group in groups:
        able = [kitchen for kitchen in kitchens if kitchen.code in group.kitchens]
        code = ""
        if group.window_to_s < min(kitchen.batches[0].ready_s for kitchen in able):
            code = "window-before-food"
        elif group.window_from_s > _latest_begin_s(group, able, parts):
            code = "window-after-eat-by"
        if code:
            refused += [reject(line, code, parts.owners) for line in group.lines]
        else:
            kept.append(group)
    return kept, refused


def _latest_begin_s(group: StopGroup, able: Sequence[CookingKitchen], parts: PlanParts) -> int:
    """The last moment to begin setup so that the meal is handed over by the eat-by of the last batch."""
    doors = parts.policy.doors
    at_door = rules.setup_s(group.lines, doors) + rules.service_s(group.lines, doors, parts.doors)
    return max(kitchen.batches[-1].eat_by_s for kitchen in able) - at_door


def _stop(
    number: int,
    group: StopGroup,
    kitchens: Sequence[CookingKitchen],
    vehicles: Mapping[int, PlannedVehicle],
    index: Mapping[LonLat, int],
    sizes: Sizes,
    parts: PlanParts,
) -> tuple[Stop, PlannedStop]:
    policy = parts.policy
    able = [kitchen for kitchen in kitchens if kitchen.code in group.kitchens]
    setup, service = rules.setup_s(group.lines, policy.doors), rules.service_s(group.lines, policy.doors, parts.doors)
    limit = min(kitchen.ride_limit_s for kitchen in able)
    latest = min(group.window_to_s, _latest_begin_s(group, able, parts))
    halal = any(rules.is_halal(line) for line in group.lines)
    needed = frozenset().union(*(rules.needed_diets(line) for line in group.lines))
    stop = Stop(
        id=number,
        location=index[group.point],
        setup=setup,
        service=service,
        delivery=sizes.demand(group.lines, parts.compartments),
        skills=frozenset({HALAL_SKILL}) if halal else frozenset(),
        priority=rules.priority_of(group.lines),
        time_windows=(TimeWindow(group.window_from_s, latest),),
        max_ride=max(0, limit - setup - service),
        release=min(kitchen.batches[0].ready_s for kitchen in able),
        must_serve=any(line.must_serve for line in group.lines),
        depot_skills=frozenset(DIET_SKILLS[diet] for diet in needed),
        familiarity=_familiarity(group, vehicles, parts),
        coordinates=(group.point.lon, group.point.lat),
    )
    planned = PlannedStop(
        number=number,
        point=group.point,
        lines=tuple(line.line_id for line in group.lines),
        portions=sum(line.quantity for line in group.lines),
        station_code=group.station_code,
        window_from_s=group.window_from_s,
        window_to_s=group.window_to_s,
        ride_limit_s=limit,
    )
    return stop, planned


def _familiarity(group: StopGroup, vehicles: Mapping[int, PlannedVehicle], parts: PlanParts) -> dict[int, int]:
    """Seconds credited for each vehicle whose driver has met residents of this stop; a station's counter knows everybody."""
    if group.station_code:
        return {}
    met: dict[str, int] = {}
    for line in group.lines:
        for driver, seconds in parts.faces_of(line).items():
            met[driver] = met.get(driver, 0) + seconds
    return {
        number: met[planned.driver_code] for number, planned in vehicles.items() if met.get(planned.driver_code, 0) > 0
    }


def _vehicles(
    kitchens: Sequence[CookingKitchen], index: Mapping[LonLat, int], sizes: Sizes, parts: PlanParts
) -> list[tuple[Vehicle, PlannedVehicle]]:
    last_eat_by = max((kitchen.batches[-1].eat_by_s for kitchen in kitchens), default=0)
    made: list[tuple[Vehicle, PlannedVehicle]] = []
    for kitchen in kitchens:
        eat_by = kitchen.batches[-1].eat_by_s
        for unit in kitchen.units:
            number = len(made) + 1
            # Windows of stops end with the latest eat-by of all kitchens; one that ends earlier calls its vehicles back by then.
            end = unit.shift_end_s if eat_by == last_eat_by else min(unit.shift_end_s, eat_by)
            vehicle = Vehicle(
                id=number,
                profile=unit.vehicle.profile,
                start=index[kitchen.record.point],
                end=index[kitchen.record.point],
                capacity=sizes.capacity(unit),
                skills=frozenset({HALAL_SKILL}) if unit.vehicle.halal_marked else frozenset(),
                shift=TimeWindow(min(max(unit.shift_start_s, kitchen.batches[0].ready_s), end), end),
                costs=rules.costs_of(unit.vehicle, parts.policy.prices),
                fair_work=parts.workload.fair(kitchen.code, unit.driver.code),
                max_trips=unit.vehicle.max_trips,
                load_duration=unit.vehicle.load_duration_s,
                max_ride=kitchen.ride_limit_s,
                description=unit.vehicle.code,
            )
            planned = PlannedVehicle(
                number=number,
                vehicle_code=unit.vehicle.code,
                driver_code=unit.driver.code,
                kitchen_code=kitchen.code,
                profile=unit.vehicle.profile,
                boxes=unit.vehicle.hot_boxes + (unit.vehicle.cold_boxes if sizes.cold else 0),
                halal_marked=unit.vehicle.halal_marked,
                batches=kitchen.batches,
            )
            made.append((vehicle, planned))
    return made


def _depots(kitchens: Sequence[CookingKitchen], index: Mapping[LonLat, int], sizes: Sizes) -> tuple[Depot, ...]:
    return tuple(
        Depot(
            location=index[kitchen.record.point],
            capacity=sizes.depot(kitchen.record.daily_capacity),
            skills=frozenset(DIET_SKILLS[diet] for diet in kitchen.diets if diet in DIET_SKILLS),
        )
        for kitchen in kitchens
    )


def _compartments_used(parts: PlanParts) -> set[Compartment]:
    return {found for line in parts.lines if (found := parts.compartments.get(line.dish_code or "")) is not None}


def _distinct(points: Sequence[LonLat]) -> tuple[LonLat, ...]:
    return tuple(dict.fromkeys(points))
