"""The answer to "what is new?": made once for all who look in the same way, and not at all where nothing has changed.

Thirty boards that ask once a second cost thirty looks at two numbers. The work behind an answer (``foretell``) is done at most once in
``FRESH_S``, however many records come in meanwhile, and by one thread at a time.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import current_app, json, render_template
from flask_wtf.csrf import generate_csrf

from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _, language
from mealroute.core.slots import MealSlot
from mealroute.delivery import loading, messages, progress, undoing
from mealroute.delivery.messages import Message
from mealroute.delivery.progress import Foretold, LiveView
from mealroute.delivery.progress_facts import LiveMemory
from mealroute.delivery.progress_records import StopProgress
from mealroute.dispatch import transfers
from mealroute.dispatch.transfer_records import TransferRecord
from web import here
from web.dispatch.urgent import urgent_runs
from web.live import page
from web.plan.ways import travel_on

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FRESH_S = 0.7
"""An answer younger than this is given again although something has been recorded since. With a question a second nobody is more
than two seconds behind.
"""
TICK_S = 5
"""What was not recorded is news too: late, silent and the clock itself are looked at anew this often."""
KEPT = 64
TOKEN = "csrf-token-of-the-reader"  # noqa: S105 -- the place where each reader's own token is put in
PARTS = ("totals", "told", "urgent", "cases", "attention", "routes", "now")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a board shows now. ``tag`` changes with it."""

    tag: str
    body: str


@dataclass(slots=True)
class _Kept:
    mark: Hashable
    made_at: float
    value: Any


@dataclass(frozen=True, slots=True)
class LiveRunPage:
    """One run and the board on which it is."""

    shown: page.Shown
    row: page.Row
    messages: tuple[Message, ...]
    hands: tuple[tuple[TransferRecord, int], ...]
    """What it gave and took, with the number of the other route (0: none)."""
    undoable: frozenset[int]
    """Of these the changes that can still be taken back."""

    @property
    def stops(self) -> Iterator[tuple[StopProgress, str, bool]]:
        """Each stop, whose it is, and whether it is within the reader's reach."""
        for stop in self.row.live.route.stops:
            yield stop, page.who(self.shown.view, stop), stop.visit_id in self.row.live.reached


class Boards:
    """What one application remembers of its boards."""

    def __init__(self) -> None:
        self.memory = LiveMemory()
        self._kept: dict[Hashable, _Kept] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def fresh(
        self, key: Hashable, mark: Hashable, make: Callable[[], Any], *, still_s: float = 0.0
    ) -> tuple[Any, Hashable]:
        """The value for ``key`` and the mark for which it was made: anew where ``mark`` has changed, unless the last one is younger
        than ``still_s``.
        """
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            kept = self._kept.get(key)
            if kept is None or (kept.mark != mark and time.monotonic() - kept.made_at >= still_s):
                kept = _Kept(mark, time.monotonic(), make())
                self._keep(key, kept)
            return kept.value, kept.mark

    def _keep(self, key: Hashable, made: _Kept) -> None:
        with self._lock:
            self._kept[key] = made
            for old in sorted(self._kept, key=lambda each: self._kept[each].made_at)[:-KEPT]:
                del self._kept[old]


def boards() -> Boards:
    """The boards of this application."""
    found: Boards = current_app.extensions.setdefault("live-boards", Boards())
    return found


def shown_now(db: Session, day: date, slot: MealSlot) -> page.Shown:
    """The board of whoever asks, as it stands."""
    foretold, _mark = _foretold(db, day, slot)
    scope = here.actor().scope
    view = progress.view(db, day, str(slot), scope=scope, foretold=foretold)
    return page.shown(view, here.clock().now(), loading.checks(db, day, str(slot), scope=scope))


def run_now(db: Session, day: date, slot: MealSlot, run_id: int) -> LiveRunPage:
    """One run of the board, as it stands. Raises NotFound, also where it lies outside the reader's reach."""
    shown = shown_now(db, day, slot)
    found = next((row for row in shown.rows if row.live.run.run_id == run_id), None)
    if found is None:
        raise NotFound("run-not-found", _("There is no such run."))
    driver = found.live.run.driver_code
    numbers = {row.live.run.run_id: row.live.run.number for row in shown.rows}
    given = transfers.of_day(db, day, str(slot))
    hands = tuple(
        (each, numbers.get((each.from_run_id if each.to_run_id == run_id else each.to_run_id) or 0, 0))
        for each in given
        if run_id in {each.from_run_id, each.to_run_id}
    )
    begun = {line.visit_id for line in shown.view.lines.values() if line.outcome is not None}
    newest = transfers.standing_now(given)
    undoable = frozenset(
        each.id
        for each, _number in hands
        if each.visit_id not in begun and undoing.may(each, newest[each.visit_id].id, day, clock=here.clock())
    )
    return LiveRunPage(shown, found, messages.of_runs(db, day, str(slot), [driver]) if driver else (), hands, undoable)


def answer(day: date, slot: MealSlot) -> Answer:
    """What the board puts in the place of what it shows."""

    def made(db: Session) -> str:
        shown = shown_now(db, day, slot)
        more = {
            "day": day,
            "slot": slot,
            "shown": shown,
            "waiting": urgent_runs(db, day, slot),
            "now": shown.now,
            "token": TOKEN,
        }
        parts = {f"live-{name}": render_template(f"live/_{name}.html", **more) for name in PARTS}
        return str(json.dumps({"parts": parts, "red": red(shown), "vans": vans(shown.view)}))

    return _answer(day, slot, "board", made)


def run_answer(day: date, slot: MealSlot, run_id: int) -> Answer:
    """What the page of one run puts in the place of what it shows."""

    def made(db: Session) -> str:
        found = run_now(db, day, slot, run_id)
        part = render_template("live/_run.html", day=day, slot=slot, one=found, now=found.shown.now, token=TOKEN)
        return str(json.dumps({"parts": {"live-run": part}, "red": red(found.shown)}))

    return _answer(day, slot, f"run/{run_id}", made)


def _answer(day: date, slot: MealSlot, what: str, make: Callable[[Session], str]) -> Answer:
    """Made once for everybody who looks with the same eyes."""
    actor = here.actor()

    def made() -> Answer:
        body = make(db)
        return Answer(hashlib.sha256(body.encode()).hexdigest()[:20], body)

    with unit_of_work(read_only=True) as db:
        _foretold_now, mark = _foretold(db, day, slot)
        key = (what, day, slot, _scope_key(actor.scope), actor.role, language())
        found: Answer = boards().fresh(key, mark, made)[0]
    return Answer(found.tag, found.body.replace(TOKEN, generate_csrf()))


def red(shown: page.Shown) -> list[dict[str, Any]]:
    """The red cases, each with the sentence that is spoken when it is new."""
    return [
        {"id": int(case.id), "text": _("%(who)s: %(step)s", who=case.resident_name, step=case.last_step)}
        for case in shown.red
    ]


def vans(view: LiveView) -> list[dict[str, Any]]:
    """For the map: how far each route has come and where its vehicle was last."""
    return [
        {
            "number": live.run.number, "done": [stop.number for stop in live.route.stops if not stop.open],
            "late": [stop.number for stop in live.route.stops if stop.late],
            "failed": [stop.number for stop in live.route.stops if stop.state == "failed"],
            "at": None if live.place is None else [round(live.place.lat, 5), round(live.place.lon, 5), live.place.at_s],
            "silent": live.route.silence is not None,
        }
        for live in view.runs
    ]  # fmt: skip


def _foretold(db: Session, day: date, slot: MealSlot) -> tuple[Foretold, Hashable]:
    mark = (*progress.stamp(db), int(here.clock().now().timestamp()) // TICK_S)
    return boards().fresh(
        ("foretold", day, slot), mark,
        lambda: progress.foretell(
            db, day, str(slot), clock=here.clock(), memory=boards().memory, matrix_of=travel_on(db, day).matrix
        ),
        still_s=FRESH_S,
    )  # fmt: skip


def _scope_key(scope: Scope) -> Hashable:
    return (scope.streets, scope.vendor, scope.kitchen, scope.driver, scope.station)
