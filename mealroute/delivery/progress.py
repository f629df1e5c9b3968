"""The live board: open cases, then every run with what the doors said, when it will be where, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import Clock, at_seconds
from mealroute.delivery import progress_rules as rules
from mealroute.delivery import queries
from mealroute.delivery.models import Proof
from mealroute.delivery.progress_facts import LiveMemory, facts_on
from mealroute.delivery.progress_records import RouteFacts, RouteProgress
from mealroute.delivery.progress_rulebook import figures_on
from mealroute.delivery.records import FollowUpRecord, LineOutcome, LiveBoard, RunProgress
from mealroute.planning.build import MatrixOf


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPlace:
    """Where a vehicle was seen last. ``said`` by the phone; otherwise it is the door of its last record."""

    lon: float
    lat: float
    at_s: int
    said: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """The whole day as it stands, for every reader: worked out once, whoever looks. By run id; ``points`` are (lat, lon) by visit."""

    lines: tuple[LineOutcome, ...]
    facts: Mapping[int, RouteFacts]
    routes: Mapping[int, RouteProgress]
    places: Mapping[int, LastPlace]
    now_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRun:
    """One run: who drives what, how far it has come, where it was last, and which of its stops are within the reader's reach."""

    run: RunProgress
    route: RouteProgress
    place: LastPlace | None
    points: Mapping[int, tuple[float, float]]
    reached: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveView:
    """The board of one reader; runs with the reddest first; ``gone``: withdrawn runs on which something was recorded that no other
    carries. ``lines``: every meal within reach by book line, names masked.
    """

    board: LiveBoard
    runs: tuple[LiveRun, ...]
    gone: tuple[RunProgress, ...]
    lines: Mapping[int, LineOutcome]
    now_s: int | None

    @property
    def cases(self) -> tuple[FollowUpRecord, ...]:
        return self.board.cases


def stamp(db: Session) -> tuple[int, int]:
    """Changes whenever anything was recorded: every use-case writes to the audit trail. One cheap statement."""
    newest = (select(func.max(AuditEvent.id)).scalar_subquery(), select(func.max(Proof.id)).scalar_subquery())
    row = db.execute(select(*newest)).one()
    return row[0] or 0, row[1] or 0


def foretell(
    db: Session,
    day: date,
    slot: str,
    *,
    clock: Clock,
    memory: LiveMemory | None = None,
    matrix_of: MatrixOf | None = None,
) -> Foretold:
    """How every run of a day stands. Times are foretold on the day itself only.

    ``matrix_of`` measures ways where a driver has left the order of the sheet; without it they are taken along the plan's own.
    """
    lines = queries.outcomes(db, day, slot, scope=Scope.everything())
    now_s = int((clock.now() - at_seconds(day, 0, clock.zone)).total_seconds()) if clock.today() == day else None
    said = {line.book_line_id: line for line in lines}
    wanted = sorted({line.run_id for line in lines})
    facts = facts_on(db, day, wanted, said, memory or LiveMemory(), clock, matrix_of)
    figures = figures_on(day)
    places = {run: place for run, route in facts.items() if (place := _place(route, said)) is not None}
    return Foretold(
        lines=lines, facts=facts, routes={run: rules.progress(route, figures, now_s) for run, route in facts.items()},
        places=places, now_s=now_s,
    )  # fmt: skip


def view(db: Session, day: date, slot: str, *, scope: Scope, foretold: Foretold) -> LiveView:
    """The board of a day within a person's scope; a route is foretold from all of its doors, whoever may read them."""
    whole = scope == Scope.everything()
    mine = foretold.lines if whole else queries.outcomes(db, day, slot, scope=scope)
    board = queries.live_board(db, day, slot, scope, mine)
    lines = {line.book_line_id: line for line in mine}
    runs = [_live(run, foretold, lines) for run in board.runs if run.run_id in foretold.routes]
    return LiveView(
        board=board, runs=tuple(sorted(runs, key=lambda one: one.route.rank)), lines=lines, now_s=foretold.now_s,
        gone=tuple(run for run in board.runs if run.run_id not in foretold.routes),
    )  # fmt: skip


def _live(run: RunProgress, foretold: Foretold, lines: Mapping[int, LineOutcome]) -> LiveRun:
    doors = foretold.facts[run.run_id].doors
    return LiveRun(
        run=run, route=foretold.routes[run.run_id], place=foretold.places.get(run.run_id),
        points={visit.visit_id: (visit.lat, visit.lon) for visit in doors if visit.lat is not None and visit.lon is not None},
        reached=frozenset(v.visit_id for v in doors if any(line.book_line_id in lines for line in v.lines)),
    )  # fmt: skip


def _place(route: RouteFacts, said: Mapping[int, LineOutcome]) -> LastPlace | None:
    last = rules.last_done(route.doors)
    if last is None or last.happened_s is None:
        return None
    for line in (said[each.book_line_id] for each in last.lines if each.book_line_id in said):
        if line.lon is not None and line.lat is not None:
            return LastPlace(lon=line.lon, lat=line.lat, at_s=last.happened_s, said=True)
    if last.lon is None or last.lat is None:
        return None
    return LastPlace(lon=last.lon, lat=last.lat, at_s=last.happened_s, said=False)
