"""What the live board shows: open cases, what is late or silent, every route's strip; as values that templates only lay out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mealroute.core.i18n import _
from mealroute.delivery import ladder_rules
from mealroute.delivery.loading import CheckRecord
from mealroute.delivery.progress import LiveRun, LiveView
from mealroute.delivery.progress_records import RouteState, StopProgress, StopState, Trouble
from mealroute.delivery.progress_words import silence_text, trouble_text
from mealroute.delivery.records import FollowUpRecord, LineOutcome

CELL = 10
"""Width of a stop in a strip's own units; the strip is drawn 16 high."""
LISTED = 2
"""Stops of one route that the board tells of; the others are on the route's own page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A stop that is late or at risk, with whose it is and why."""

    stop: StopProgress
    who: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """A route that asks for somebody: a silent driver, late stops, stops at risk; the first ones with their reasons."""

    run: LiveRun
    tone: str
    silence: str
    listed: tuple[Listed, ...]
    late: int
    risk: int

    @property
    def more(self) -> int:
        return self.late + self.risk - len(self.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One route of the board. ``strip``: how its stops are drawn, path by kind; ``said``: the same in words."""

    live: LiveRun
    tone: str
    food_tone: str
    strip: Mapping[str, str]
    said: str

    @property
    def width(self) -> int:
        return CELL * max(1, len(self.live.route.stops))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The whole board for one reader."""

    view: LiveView
    cases: tuple[FollowUpRecord, ...]
    attention: tuple[Attention, ...]
    loading: tuple[CheckRecord, ...]
    """Loading checks that found something else than the sheet says."""
    by_hand: tuple[LineOutcome, ...]
    """Open meals that a person has taken over by name: their doors are recorded at the desk."""
    rows: tuple[Row, ...]
    now: datetime

    @property
    def red(self) -> tuple[FollowUpRecord, ...]:
        return tuple(case for case in self.cases if is_red(case, self.now))


def shown(view: LiveView, now: datetime, checks: Sequence[CheckRecord] = ()) -> Shown:
    """The board in the order in which it asks for attention."""
    cases = ladder_rules.reddest((case for case in view.cases if case.state == "open"), now)
    rows = tuple(row(live) for live in view.runs)
    by_hand = tuple(line for line in view.lines.values() if line.held_by and line.outcome is None)
    return Shown(
        view=view,
        cases=cases,
        attention=tuple(_attention(view)),
        by_hand=by_hand,
        rows=rows,
        now=now,
        loading=tuple(check for check in checks if check.differences),
    )


def is_red(case: FollowUpRecord, now: datetime) -> bool:
    """A door that stayed closed, or a case beyond its time."""
    return case.outcome == "no-answer" or case.overdue_at(now)


def _attention(view: LiveView) -> Iterator[Attention]:
    """Routes with late stops first, then silent ones, then those at risk; of each the stops that are told of first."""
    for live in view.runs:
        route = live.route
        stops = sorted((stop for stop in route.listed if stop.visit_id in live.reached), key=_rank)
        if not stops and route.silence is None:
            continue
        late = sum(stop.late for stop in stops)
        yield Attention(
            run=live, tone="danger" if late or route.silence else "watch", late=late, risk=len(stops) - late,
            silence=silence_text(route.silence) if route.silence else "",
            listed=tuple(
                Listed(stop=stop, who=who(view, stop), reasons=tuple(trouble_text(stop, trouble) for trouble in stop.troubles))
                for stop in stops[:LISTED]
            ),
        )  # fmt: skip


def _rank(stop: StopProgress) -> tuple[bool, int]:
    return (not stop.late, stop.expected.arrive_s if stop.expected else stop.planned_s)


def who(view: LiveView, stop: StopProgress) -> str:
    names = list(dict.fromkeys(view.lines[line].resident_name for line in stop.lines if line in view.lines))
    return "、".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")


def row(live: LiveRun) -> Row:
    route = live.route
    late = any(stop.late for stop in route.stops)
    tone = "danger" if late or route.silence else "watch" if route.listed else "quiet"
    tight = next((stop for stop in route.stops if route.food and stop.visit_id == route.food.visit_id), None)
    troubles = tight.troubles if tight else ()
    food_tone = "danger" if Trouble.FOOD_OVER in troubles else "watch" if Trouble.FOOD_TIGHT in troubles else ""
    return Row(live=live, tone=tone, food_tone=food_tone, strip=strip(route.stops), said=_said(live))


def strip(stops: Sequence[StopProgress]) -> dict[str, str]:
    """SVG paths by kind. Every kind has a form of its own, so that none is told by colour alone: seen full, left half, failed full with
    a gap, next a frame, ahead a line; late and at risk a mark above.
    """
    paths: dict[str, list[str]] = {}
    for n, stop in enumerate(stops):
        for kind in (str(stop.state), "late" if stop.late else "risk" if stop.troubles else ""):
            if kind:
                paths.setdefault(kind, []).append(drawn(kind, CELL * n + 1))
    return {kind: "".join(found) for kind, found in paths.items()}


SHAPES: Mapping[str, tuple[tuple[int, str], ...]] = {
    "seen": ((0, "5h8v10h-8z"),), "left": ((0, "10h8v5h-8z"),), "failed": ((0, "5h8v4h-8z"), (0, "11h8v4h-8z")),
    "next": ((0, "5h8v10h-8z"), (2, "7v6h4v-6z")), "ahead": ((0, "12h8v3h-8z"),),
    "late": ((0, "0h8v3h-8z"),), "risk": ((0, "0h3v3h-3z"), (5, "0h3v3h-3z")),
}  # fmt: skip


def drawn(kind: str, x: int) -> str:
    """One mark of a strip, its left edge at ``x``."""
    return "".join(f"M{x + shift} {path}" for shift, path in SHAPES[kind])


def _said(live: LiveRun) -> str:
    """A strip in words: counts of what happened, then what is wrong."""
    route = live.route
    counted = Counter(stop.state for stop in route.stops)
    parts = [_("%(done)d of %(all)d stops done", done=route.done, all=len(route.stops))]
    for state, text in (
        (StopState.SEEN, _("seen")),
        (StopState.LEFT, _("left, not seen")),
        (StopState.FAILED, _("not delivered")),
    ):
        if counted[state]:
            parts.append(f"{text} {counted[state]}")
    late = sum(stop.late for stop in route.stops)
    if late:
        parts.append(_("%(n)d late", n=late))
    if len(route.listed) > late:
        parts.append(_("%(n)d at risk", n=len(route.listed) - late))
    if route.state is RouteState.UNDER_WAY and route.silence:
        parts.append(_("silent"))
    return _(", ").join(parts)
