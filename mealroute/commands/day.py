"""The main job: one day's orders, book, plan, publication and papers, step by step with progress."""

import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mealroute.adapters import networks
from mealroute.adapters.travel import Travel
from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import exports as sheets
from mealroute.dispatch import queries as runs
from mealroute.dispatch import service as dispatch
from mealroute.kitchen import exports as kitchen_papers
from mealroute.kitchen import service as kitchen
from mealroute.orders import closing, materialise
from mealroute.orders import queries as orders
from mealroute.orders.records import DayRoll
from mealroute.planning import closures
from mealroute.planning import exports as stored
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.drawing import draw
from mealroute.planning.records import (
    PlanInput,
    PlanOutput,
    PlanProgress,
    PlanVersionId,
    PlanVersionSummary,
    SolveLimits,
)
from mealroute.planning.searching import search_day
from mealroute.subsidy import service as subsidy


@dataclass(frozen=True, slots=True)
class DayDone:
    """What the main job did; figures in portions, ``seconds`` by step."""

    roll: DayRoll
    version: PlanVersionSummary
    published: bool
    folder: Path
    seconds: Mapping[str, float]


@contextmanager
def timed(seconds: MutableMapping[str, float], name: str) -> Iterator[None]:
    """Add the block's wall time to ``seconds[name]``."""
    began = time.monotonic()
    yield
    seconds[name] = round(seconds.get(name, 0.0) + time.monotonic() - began, 2)


def order_book(day: date, slot: MealSlot, *, by: Actor, clock: Clock) -> DayRoll:
    """Make the day's orders and close its book; doing it again gives the same. One transaction."""
    with unit_of_work() as db:
        pricing = subsidy.pricing(db)
        materialise.materialise(db, day, slot, by=by, clock=clock, pricing=pricing)
        closing.close_book(db, day, slot, by=by, clock=clock, pricing=pricing)
        return orders.day_roll(db, day, slot, scope=Scope.everything())


def run(
    here: Here,
    day: date,
    slot: MealSlot,
    *,
    time_limit_s: float,
    publish: bool = True,
    link_base: str = "",
    by: Actor = SYSTEM,
    clock: Clock | None = None,
) -> DayDone:
    """Everything of one day up to the papers. A day that is already published is left as it is; only its papers are made anew.

    ``link_base`` (``https://…/r/``) prints the code of each driver's page on the sheets.
    """
    clock = clock or here.clock
    seconds: dict[str, float] = {}
    with step(_("Orders and order book")) as shown:
        roll = order_book(day, slot, by=by, clock=clock)
        shown.note = _("%(n)d portions for %(people)d people", n=roll.ordered_portions, people=roll.ordered_residents)
    with unit_of_work(read_only=True) as db:
        standing = planning.published(db, day, slot)
    if standing is None:
        given, output = _planned(here, day, slot, seconds, time_limit_s)
        version_id = _saved(here, given, output, seconds, publish=publish, by=by, clock=clock)
    else:
        seconds |= {"matrix": 0.0, "solve": 0.0}
        version_id = standing.id
    folder = here.settings.out_dir / day.isoformat() / str(slot)
    with step(_("Printed papers")) as shown, timed(seconds, "documents"):
        write_papers(here, version_id, folder, link_base=link_base)
        shown.note = str(folder)
    with unit_of_work(read_only=True) as db:
        version = planning.summary(db, version_id)
    return DayDone(
        roll=roll, version=version, published=publish or standing is not None, folder=folder, seconds=seconds
    )


def _planned(
    here: Here, day: date, slot: MealSlot, seconds: dict[str, float], time_limit_s: float
) -> tuple[PlanInput, PlanOutput]:
    travel = _travel(here, day)
    with step(_("Travel times")) as shown, timed(seconds, "matrix"):
        with unit_of_work(read_only=True) as db:
            given = plans.prepare(db, day, slot, matrix_of=travel.matrix)
        shown.note = _("%(n)d stops", n=len(given.built.stops))
    began = time.monotonic()
    with step(_("Plan")) as shown, timed(seconds, "solve"):

        def progress(at: PlanProgress) -> None:
            left = "" if at.unassigned is None else _("%(n)d stops without a place", n=at.unassigned)
            shown.at((time.monotonic() - began) / time_limit_s, left)

        output = search_day(given, SolveLimits(time_limit_s=time_limit_s), progress=progress)
        shown.note = _("%(n)d routes, %(v)d violations", n=len(output.plan.routes), v=len(output.violations))
    return given, output


def _travel(here: Here, day: date) -> Travel:
    """The ways of the day, less what is closed."""
    with unit_of_work(read_only=True) as db:
        return networks.travel_of(here.settings, closures.closed_on(db, day))


def _saved(
    here: Here,
    given: PlanInput,
    output: PlanOutput,
    seconds: dict[str, float],
    *,
    publish: bool,
    by: Actor,
    clock: Clock,
) -> PlanVersionId:
    with step(_("Publish") if publish else _("Save the draft")) as shown, timed(seconds, "publish"):
        lines = draw(given, output.plan, _travel(here, given.day))
        with unit_of_work() as db:
            version_id = plans.save_draft(db, given, output, lines=lines, by=by, clock=clock)
        if publish:
            with unit_of_work() as db:
                made = dispatch.publish(db, version_id, by=by, clock=clock, secret_key=here.settings.secret_key)
            shown.note = _("%(n)d runs", n=len(made))
    return version_id


def write_papers(here: Here, version_id: PlanVersionId, folder: Path, *, link_base: str = "") -> None:
    """Problem, plan, manifests, kitchen count, packing and labels of one version into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with unit_of_work(read_only=True) as db:
        manifests = runs.manifests(db, version_id, link_base=link_base, secret_key=here.settings.secret_key)
        lines = {line.number: line for line in planning.geometry(db, version_id)}
        production = kitchen.production(db, version_id)
    paths: dict[int, list[LonLat]] = {
        manifest.run_id: [point for leg in lines[manifest.number].legs for point in leg]
        for manifest in manifests
        if manifest.number in lines
    }
    with unit_of_work(read_only=True) as db:
        day = planning.summary(db, version_id).day
        travel = networks.travel_of(here.settings, closures.closed_on(db, day))
        problem = stored.problem_json(db, version_id, travel)
        plan = stored.plan_json(db, version_id)
    (folder / "problem.json").write_text(problem, encoding="utf-8")
    (folder / "plan.json").write_text(plan, encoding="utf-8")
    if manifests:
        (folder / "manifests.pdf").write_bytes(sheets.manifest_pdf(manifests, paths))
    (folder / "kitchen-count.pdf").write_bytes(kitchen_papers.kitchen_count_pdf(production))
    (folder / "packing.pdf").write_bytes(kitchen_papers.packing_pdf(production))
    (folder / "labels.pdf").write_bytes(kitchen_papers.labels_pdf(production))


def command(here: Here, day: date, slot: MealSlot, *, time_limit_s: float, publish: bool) -> int:
    """`plan-day`: 0 when everything that can be planned is, 3 when the plan breaks a rule."""
    done = run(here, day, slot, time_limit_s=time_limit_s, publish=publish)
    print(
        _(
            "%(ordered)d ordered = %(planned)d planned + %(left)d unassigned; version %(n)d",
            ordered=done.version.ordered, planned=done.version.planned, left=done.version.unassigned, n=done.version.number,
        )
    )  # fmt: skip
    for violation in done.version.violations:
        print(violation)
    return 3 if done.version.violations else 0
