"""What moving a stop to another running route means: both routes are foretold again as the board foretells them. Pure.

Food does not change vehicles by itself. ``meet``: both drive to a spot first and go on from there. ``again``: the taking run fetches a fresh
portion at its kitchen, whose clock starts then; the first one comes back. ``loaded``: the food has not left the kitchen yet and goes with the
other trip. The moved stop keeps its promised time and, where its food is the same, its food limit.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from mealroute.delivery import progress_rules as rules
from mealroute.delivery.moving_check import BROKEN, checked
from mealroute.delivery.moving_records import Asked, Move, Shift, Side, Spot
from mealroute.delivery.progress_records import LiveFigures, RouteFacts, RouteProgress, VisitFact
from mealroute.dispatch.transfer_records import FoodWay
from mealroute.planning.records import VisitKind
from solver.plan import Cause, Violation


def moves(
    asked: Asked, giver: Side, taker: Side, spots: Sequence[Spot], figures: LiveFigures, *, now_s: int, again_s: int
) -> tuple[Move, ...]:
    """The best place on the taking run for each way of getting the food there, the best way first."""
    found: list[Move] = []
    as_they_are = cache(partial(_stand, asked, giver, taker, figures, now_s))
    for food, spot in _ways(asked, giver, taker, spots, now_s):
        tried = [
            _move(asked, giver, taker, food, spot, place, figures, as_they_are(), now_s=now_s, again_s=again_s)
            for place in _places(taker.facts, food, now_s)
        ]
        if tried:
            found.append(min(tried, key=lambda move: (len(move.refused), move.cost)))
    return tuple(sorted(found, key=lambda move: (len(move.refused), move.cost)))


def without(route: RouteFacts, visit_id: int) -> RouteFacts:
    """The route with a stop taken out; the way over the gap is no way of the plan."""
    kept = [visit for visit in route.visits if visit.visit_id != visit_id]
    return _renumbered(route, kept)


def put(route: RouteFacts, place: int, *new: VisitFact) -> RouteFacts:
    """The route with visits put behind the one at ``place``."""
    visits = [*route.visits[: place + 1], *new, *route.visits[place + 1 :]]
    return _renumbered(route, visits)


def _renumbered(route: RouteFacts, visits: Sequence[VisitFact]) -> RouteFacts:
    """Positions anew; a visit follows the one before it only where it did in the plan."""
    before = {
        visit.visit_id: route.visits[n - 1].visit_id for n, visit in enumerate(route.visits) if n and visit.follows
    }
    made: list[VisitFact] = []
    number = 0
    for position, visit in enumerate(visits):
        number += visit.kind is VisitKind.JOB
        follows = bool(made) and before.get(visit.visit_id) == made[-1].visit_id
        made.append(
            replace(visit, position=position, follows=follows, number=number if visit.kind is VisitKind.JOB else 0)
        )
    return replace(route, visits=tuple(made))


def _ways(
    asked: Asked, giver: Side, taker: Side, spots: Sequence[Spot], now_s: int
) -> Iterator[tuple[FoodWay, Spot | None]]:
    if asked.loaded:
        yield from ((FoodWay.MEET, spot) for spot in spots)
    elif giver.kitchen_code == taker.kitchen_code and _places(taker.facts, FoodWay.LOADED, now_s):
        yield FoodWay.LOADED, None
    if giver.kitchen is not None:
        yield FoodWay.AGAIN, giver.kitchen


def _places(route: RouteFacts, food: FoodWay, now_s: int) -> list[int]:
    """Positions behind which the stop may be put: on the road now, or on trips that have not loaded yet."""
    last = rules.last_done(route.doors)
    past = last.position if last is not None else 0
    loads = [visit.position for visit in route.visits if visit.kind in rules.LOADINGS and visit.position > past]
    waiting = loads[0] if loads else len(route.visits)
    if food is FoodWay.LOADED:
        left = last is not None or route.visits[0].departure_s <= now_s
        return [
            n for n in range(waiting if left else 0, len(route.visits)) if route.visits[n].kind is not VisitKind.END
        ]
    return [n for n in range(past, waiting) if route.visits[n].kind in {VisitKind.JOB, VisitKind.START}]


@dataclass(frozen=True, slots=True)
class _Stand:
    """Both routes before anything is moved: alike whatever place is tried."""

    progress: dict[str, RouteProgress]
    broken: frozenset[tuple[Cause, int | None]]


def _stand(asked: Asked, giver: Side, taker: Side, figures: LiveFigures, now_s: int) -> _Stand:
    look = _look(asked, now_s)
    broken = [each for side in (taker, giver) for each in look(side.facts, boxes=side.boxes, halal=side.halal)]
    return _Stand(
        progress={
            "gives": rules.progress(giver.facts, figures, now_s),
            "takes": rules.progress(taker.facts, figures, now_s),
        },
        broken=frozenset((each.cause, each.stop) for each in broken),
    )


def _look(asked: Asked, now_s: int) -> Callable[..., tuple[Violation, ...]]:
    return partial(checked, moved=asked.stop.visit_id, needs_halal=asked.halal, now_s=now_s)


def _move(
    asked: Asked, giver: Side, taker: Side, food: FoodWay, spot: Spot | None, place: int, figures: LiveFigures, stand: _Stand, *, now_s: int, again_s: int
) -> Move:  # fmt: skip
    moved = next(visit for visit in giver.facts.visits if visit.visit_id == asked.stop.visit_id)
    gives, takes = without(giver.facts, moved.visit_id), taker.facts
    meet_s: int | None = None
    deadline_s = moved.deadline_s
    behind = place
    if spot is not None and food is FoodWay.MEET:
        meet_s = max(_reach_s(gives, spot, now_s), _reach_s(takes, spot, now_s))
        gives = _with_halt(gives, spot, meet_s, figures.meeting_s)
        takes = _with_halt(takes, spot, meet_s, figures.meeting_s)
        behind = place + 1  # the halt is the next thing that the vehicle does
    elif spot is not None:
        meet_s = max(_reach_s(takes, spot, now_s), _ready_s(asked, giver.facts, moved, now_s + again_s))
        takes = _with_halt(takes, spot, meet_s, figures.meeting_s)
        behind = place + 1
        deadline_s = _fresh_deadline(giver.facts, moved, meet_s + figures.meeting_s)
    trip, since_s = takes.visits[behind].trip, takes.visits[behind].departure_s
    stop = replace(moved, trip=trip, deadline_s=deadline_s, follows=False, arrival_s=since_s, waiting_s=0)
    takes = put(takes, behind, stop)
    was = stand.progress
    now = {"gives": rules.progress(gives, figures, now_s), "takes": rules.progress(takes, figures, now_s)}
    at = next(stop for stop in now["takes"].stops if stop.visit_id == moved.visit_id)
    assert at.expected is not None
    look = _look(asked, now_s)
    found = (*look(takes, boxes=taker.boxes, halal=taker.halal), *look(gives, boxes=giver.boxes, halal=giver.halal))
    fresh = tuple(each for each in found if (each.cause, each.stop) not in stand.broken)
    door = _door_before(takes, behind + 1)
    return Move(
        food=food, spot=spot, meet_s=meet_s, after_visit_id=door.visit_id if door else None, arrive_s=at.expected.arrive_s, deadline_s=deadline_s,
        margin_s=at.expected.margin_s, window_missed=moved.window_to_s is not None and at.expected.arrive_s > moved.window_to_s,
        gives=_shifts(was["gives"], now["gives"], moved.visit_id), takes=_shifts(was["takes"], now["takes"], moved.visit_id),
        aboard=_carries(takes, trip), boxes=taker.boxes, violations=fresh,
        refused=tuple(dict.fromkeys(str(each.cause) for each in fresh if each.cause in BROKEN)), before=was, after=now,
    )  # fmt: skip


def _carries(route: RouteFacts, trip: int) -> int:
    """Portions of a trip that are still to be brought, the moved ones included."""
    return sum(visit.portions for visit in route.doors if visit.trip == trip and not visit.done)


def _ready_s(asked: Asked, route: RouteFacts, moved: VisitFact, again_s: int) -> int:
    """When the kitchen has the portion: cooked again where the first one is on the road, else as it was to be loaded."""
    if asked.loaded:
        return again_s
    return max(
        (visit.begin_s for visit in route.visits if visit.kind in rules.LOADINGS and visit.trip == moved.trip),
        default=again_s,
    )


def _door_before(route: RouteFacts, place: int) -> VisitFact | None:
    doors = [visit for visit in route.visits[:place] if visit.kind is VisitKind.JOB]
    return doors[-1] if doors else None


def _reach_s(route: RouteFacts, spot: Spot, now_s: int) -> int:
    """When a vehicle can be at a spot if it drives there next."""
    last = rules.last_done(route.doors)
    place = last or next(visit for visit in route.visits if visit.kind in rules.LOADINGS)
    clock = (last.happened_s if last is not None else None) or place.departure_s
    return max(clock, now_s) + route.ways.get((place.visit_id, spot.id), 0)


def _with_halt(route: RouteFacts, spot: Spot, begin_s: int, lasts_s: int) -> RouteFacts:
    """The route with a halt at a spot as the next thing that its vehicle does."""
    last = rules.last_done(route.doors)
    place = last.position if last is not None else 0
    halt = VisitFact(
        visit_id=spot.id, position=0, kind=VisitKind.BREAK, trip=route.visits[place].trip, arrival_s=begin_s, service_s=lasts_s, follows=False,
        lon=spot.lon, lat=spot.lat,
    )  # fmt: skip
    return put(route, place, halt)


def _fresh_deadline(route: RouteFacts, moved: VisitFact, fetched_s: int) -> int | None:
    """A fresh portion may ride as long as the first one might."""
    if moved.deadline_s is None:
        return None
    left = max(
        (visit.departure_s for visit in route.visits if visit.kind in rules.LOADINGS and visit.trip == moved.trip),
        default=0,
    )
    return fetched_s + (moved.deadline_s - left)


def _shifts(before: RouteProgress, after: RouteProgress, moved: int) -> tuple[Shift, ...]:
    was = {stop.visit_id: stop for stop in before.stops}
    found = []
    for stop in after.stops:
        old = was.get(stop.visit_id)
        if stop.visit_id == moved or old is None or old.expected is None or stop.expected is None:
            continue
        shift = Shift(
            number=old.number, visit_id=stop.visit_id, lines=stop.lines, before_s=old.expected.arrive_s, after_s=stop.expected.arrive_s,
            newly_late=stop.late and not old.late,
        )  # fmt: skip
        if shift.later_s or shift.newly_late:
            found.append(shift)
    return tuple(found)
