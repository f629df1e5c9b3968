"""What follows from the records of a route so far: when it will be where, what is late or at risk, who is silent. Pure.

The projection starts from the last record (before the first, from the planned leaving) and goes on in the order of the sheet, which is
also what the driver's phone shows: ways as planned, time at the door as planned plus what the people there are known to need more.
What should be recorded by now and is not, happens now at the earliest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mealroute.delivery.progress_records import (
    Expected,
    FoodClock,
    LineFact,
    LiveFigures,
    RouteFacts,
    RouteProgress,
    RouteState,
    Silence,
    StopProgress,
    StopState,
    Trouble,
    VisitFact,
)
from mealroute.delivery.records import Outcome
from mealroute.planning.records import VisitKind

LOADINGS = (VisitKind.START, VisitKind.RELOAD)


@dataclass(frozen=True, slots=True)
class Reached:
    """A visit still to come: when the vehicle is there, when it is done, and when it would be done had it kept to the plan since."""

    visit: VisitFact
    arrive_s: int
    begin_s: int
    done_s: int
    unheld_s: int


def progress(route: RouteFacts, figures: LiveFigures, now_s: int | None) -> RouteProgress:
    """How a route stands at ``now_s``; None on any other day than its own: then nothing is foretold and nothing is late."""
    doors = route.doors
    leaves_s = next(visit.departure_s for visit in route.visits if visit.kind in LOADINGS)
    state = _state(doors, leaves_s, now_s)
    coming = {} if now_s is None else {reached.visit.visit_id: reached for reached in project(route, now_s)}
    following = next((visit for visit in doors if not visit.done), None)
    last = last_done(doors)
    stops = tuple(_stop(visit, coming.get(visit.visit_id), following, last, figures, now_s) for visit in doors)
    loaded = loaded_trips(route, last, now_s)
    aboard = [visit for visit in doors if not visit.done and visit.trip in loaded]
    first = coming.get(following.visit_id) if following is not None else None
    return RouteProgress(
        run_id=route.run_id, number=route.number, state=state, stops=stops, leaves_s=leaves_s,
        aboard=sum(_open_portions(visit) for visit in aboard),
        behind_s=_behind_s(doors, coming, last),
        ends_s=max((reached.done_s for reached in coming.values() if reached.visit.kind is VisitKind.JOB), default=None),
        food=_food(stops, {visit.visit_id for visit in aboard}),
        silence=_silence(route, first, figures, now_s) if state is RouteState.UNDER_WAY else None,
    )  # fmt: skip


def project(route: RouteFacts, now_s: int) -> Iterator[Reached]:
    """Every visit still to come, in order, with its times."""
    at = last_done(route.doors)
    place = at or next(visit for visit in route.visits if visit.kind in LOADINGS)
    clock = unheld = place.departure_s if at is None else at.happened_s or place.departure_s
    for visit in to_come(route, at):
        way = way_s(route, place, visit)
        begin = max(clock + way, _not_before(visit))
        unheld = max(unheld + way, _not_before(visit)) + _stay_s(visit)
        done = begin + _stay_s(visit)
        if visit.kind is VisitKind.JOB:
            done = max(done, now_s)
        yield Reached(visit, clock + way, begin, done, unheld)
        place, clock = visit, done


def to_come(route: RouteFacts, at: VisitFact | None) -> Iterator[VisitFact]:
    """Open stops in the order of the sheet; later loadings and breaks that lie before the last of them; the end."""
    open_doors = [visit for visit in route.doors if not visit.done]
    past = at.position if at is not None else 0
    last_trip = max((visit.trip for visit in open_doors), default=0)
    for visit in route.visits:
        match visit.kind:
            case VisitKind.JOB:
                if not visit.done:
                    yield visit
            case VisitKind.RELOAD | VisitKind.BREAK:
                if visit.position > past and visit.trip <= last_trip and open_doors:
                    yield visit
            case VisitKind.END:
                yield visit
            case VisitKind.START:
                pass


def way_s(route: RouteFacts, start: VisitFact, end: VisitFact) -> int:
    """Travel between two visits: the plan's own where they follow each other, else as measured, else along the plan's ways between them."""
    i, j = start.position, end.position
    if not _planned(start, end) and (start.visit_id, end.visit_id) in route.ways:
        return route.ways[start.visit_id, end.visit_id]
    low, high = sorted((i, j))
    return sum(max(0, after.arrival_s - before.departure_s) for before, after in pairwise(route.visits[low : high + 1]))


def ways_needed(route: RouteFacts) -> tuple[tuple[int, int], ...]:
    """Pairs of visits that the projection drives between and that do not follow each other in the plan."""
    at = last_done(route.doors)
    chain = [at or next(visit for visit in route.visits if visit.kind in LOADINGS), *to_come(route, at)]
    return tuple((one.visit_id, other.visit_id) for one, other in pairwise(chain) if not _planned(one, other))


def _planned(start: VisitFact, end: VisitFact) -> bool:
    return end.follows and end.position == start.position + 1


def last_done(doors: Sequence[VisitFact]) -> VisitFact | None:
    """Where the vehicle was seen last: the stop with the newest record."""
    done = [visit for visit in doors if visit.happened_s is not None]
    return max(done, key=lambda visit: (visit.happened_s or 0, visit.number), default=None)


def state_of(lines: Iterable[LineFact]) -> StopState:
    """What became of a stop that is done: the worst of its meals counts. A box that waits at a station is left, not seen."""
    outcomes = [line.outcome for line in lines]
    if any(outcome is not None and not outcome.delivered for outcome in outcomes):
        return StopState.FAILED
    return StopState.SEEN if all(outcome is Outcome.HANDED_OVER for outcome in outcomes) else StopState.LEFT


def _state(doors: Sequence[VisitFact], leaves_s: int, now_s: int | None) -> RouteState:
    if all(visit.done for visit in doors):
        return RouteState.FINISHED
    begun = any(visit.happened_s is not None for visit in doors)
    return RouteState.UNDER_WAY if begun or (now_s is not None and now_s >= leaves_s) else RouteState.WAITING


def _behind_s(doors: Sequence[VisitFact], coming: Mapping[int, Reached], last: VisitFact | None) -> int | None:
    """Later than planned at the next stop of the sheet's order; one that was passed over says nothing about the pace."""
    ahead = [visit for visit in doors if visit.visit_id in coming and (last is None or visit.number > last.number)]
    return coming[ahead[0].visit_id].done_s - ahead[0].departure_s if ahead else None


def _not_before(visit: VisitFact) -> int:
    """A door opens with its window; a loading waits for its food as planned."""
    if visit.kind is VisitKind.JOB:
        return visit.window_from_s or 0
    return visit.begin_s if visit.kind in {VisitKind.RELOAD, VisitKind.BREAK} else 0


def _stay_s(visit: VisitFact) -> int:
    return visit.setup_s + visit.service_s + visit.slow_s


def _stop(
    visit: VisitFact, reached: Reached | None, following: VisitFact | None, last: VisitFact | None, figures: LiveFigures, now_s: int | None
) -> StopProgress:  # fmt: skip
    state = state_of(visit.lines) if visit.done else StopState.NEXT if visit is following else StopState.AHEAD
    expected = None
    if reached is not None and now_s is not None and not visit.done:
        spread = max(figures.least_spread_s, figures.spread_percent * max(0, reached.done_s - now_s) // 100)
        margin = None if visit.deadline_s is None else visit.deadline_s - reached.done_s
        expected = Expected(arrive_s=reached.arrive_s, done_s=reached.done_s, spread_s=spread, margin_s=margin)
    return StopProgress(
        visit_id=visit.visit_id, number=visit.number, state=state, planned_s=visit.begin_s, happened_s=visit.happened_s if visit.done else None,
        portions=visit.portions, lines=tuple(line.book_line_id for line in visit.lines), window_to_s=visit.window_to_s, expected=expected,
        troubles=() if expected is None or reached is None else tuple(_troubles(visit, reached, expected, last, figures)),
    )  # fmt: skip


def _troubles(
    visit: VisitFact, reached: Reached, expected: Expected, last: VisitFact | None, figures: LiveFigures
) -> Iterator[Trouble]:
    margin = expected.margin_s
    begin = max(reached.begin_s, reached.done_s - _stay_s(visit))
    if margin is not None and margin < 0:
        yield Trouble.FOOD_OVER
    if visit.window_to_s is not None and begin > visit.window_to_s:
        yield Trouble.WINDOW_MISSED
    if last is not None and last.number > visit.number and last.trip >= visit.trip:
        yield Trouble.PASSED_OVER
    if margin is not None and 0 <= margin < figures.tight_s:
        yield Trouble.FOOD_TIGHT
    if visit.window_to_s is not None and begin <= visit.window_to_s < begin + expected.spread_s:
        yield Trouble.WINDOW_TIGHT


def _open_portions(visit: VisitFact) -> int:
    """Portions of a stop without a record: the share of its open meals."""
    if not visit.lines or visit.station:
        return visit.portions
    missing = sum(line.outcome is None for line in visit.lines)
    return visit.portions if missing == len(visit.lines) else missing


def loaded_trips(route: RouteFacts, last: VisitFact | None, now_s: int | None) -> frozenset[int]:
    """Trips whose food has left the kitchen: by a record at one of their doors, else by the planned leaving."""
    reported = last.trip if last is not None else 0
    gone = {
        visit.trip
        for visit in route.visits
        if visit.kind in LOADINGS and now_s is not None and visit.departure_s <= now_s
    }
    behind = {visit.trip for visit in route.doors if not visit.done and last is not None and visit.trip < last.trip}
    coming = min((visit.trip for visit in route.doors if not visit.done), default=0)
    return frozenset({reported, *behind} | {trip for trip in gone if trip <= max(reported, coming)})


def _food(stops: Sequence[StopProgress], aboard: set[int]) -> FoodClock | None:
    clocks = [
        FoodClock(visit_id=stop.visit_id, number=stop.number, margin_s=stop.expected.margin_s)
        for stop in stops
        if stop.visit_id in aboard and stop.expected is not None and stop.expected.margin_s is not None
    ]
    return min(clocks, key=lambda clock: (clock.margin_s, clock.number), default=None)


def _silence(route: RouteFacts, first: Reached | None, figures: LiveFigures, now_s: int | None) -> Silence | None:
    """Silent: the next record is overdue by more than the rule allows, counted from the last one that reached us.

    Where a phone was out of reach its records come late: hearing from it at all ends the silence for as long again.
    """
    if first is None or now_s is None:
        return None
    heard = max(
        (line.heard_s for visit in route.doors for line in visit.lines if line.heard_s is not None), default=None
    )
    since = heard if heard is not None else next(visit.departure_s for visit in route.visits if visit.kind in LOADINGS)
    overdue = now_s - first.unheld_s > figures.silent_s and now_s - since > figures.silent_s
    return Silence(since_s=since, due_s=first.unheld_s) if overdue else None
