"""The handlers of searches on a draft, in a worker process: read, search around the locks, keep."""

import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.core import db
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.drafting import grounding, loading, proposals, searching
from mealroute.drafting.alterations import of_what_if
from mealroute.drafting.evaluate import Evaluation
from mealroute.drafting.loading import Standing
from mealroute.drafting.records import DraftId, DraftState, Ground
from mealroute.orders import queries as orders
from mealroute.planning import closures
from mealroute.planning import queries as planning
from mealroute.planning.build import MatrixOf
from mealroute.planning.records import PlanProgress, PlanState, PlanVersionId, SolveLimits


def replan(job: JobContext) -> None:
    """Search around the locks of a draft; taken at once where nobody touched the same routes meanwhile."""
    _run(job, proposals.REPLAN)


def what_if(job: JobContext) -> None:
    """Search as if something were different; the answer waits beside the draft."""
    _run(job, proposals.WHAT_IF)


def _run(job: JobContext, kind: str) -> None:
    wanted = job.payload
    asked: dict[str, Any] = dict(wanted.get("asked", {}))
    limits = SolveLimits(time_limit_s=wanted["time_limit_s"], seed=wanted["seed"], threads=job.threads)
    with db.unit_of_work(read_only=True) as session:
        at = _standing(session, DraftId(wanted["draft"]))
        job.report(stage="matrix", elapsed_s=0, limit_s=limits.time_limit_s, driver_hour_fen=at.ground.driver_hour_fen)
        ground = _ground(session, at, asked)
        street_stops = _of_street(session, at, wanted.get("street", ""))
        printed, moved_stop = _printed(session, at) if kind == proposals.REPLAN else ({}, 0)
    begin = searching.supposing(ground, at.now, asked) if asked else at.now
    found = _search(job, begin, limits, street_stops, printed, moved_stop)
    if found is None or job.cancelled():
        return
    by_whom = wanted["by"]
    by = Actor(
        account_id=by_whom["account_id"], name=by_whom["name"], role=Role(by_whom["role"]), scope=Scope.everything()
    )
    job.report(stage="saving")
    with db.unit_of_work() as session:
        ground_id = at.edit.ground_id if ground is at.ground else grounding.keep(session, at.id, ground).id
        proposal, taken = proposals.keep(
            session, at, found, job_id=job.job.id, kind=kind, ground_id=ground_id, detail=asked, by=by, clock=job.clock
        )  # fmt: skip
        job.finish(session, {"draft": at.id, "proposal": proposal, "taken": taken, "violations": len(found.broken)})


def _search(
    job: JobContext, begin: Evaluation, limits: SolveLimits, street_stops: set[int] | None, printed: Mapping[int, int], moved_stop: int
) -> Evaluation | None:  # fmt: skip
    """The search; who asks to stop and keep before there is a first plan gets that one."""
    first = threading.Event()

    def report(step: PlanProgress) -> None:
        job.report(**asdict(step))
        if step.best_cost is not None:
            first.set()

    def stopped() -> bool:
        return job.cancelled() or (job.stopping() and first.is_set())

    found = searching.search(
        begin,
        limits,
        street_stops=street_stops,
        printed=printed,
        moved_stop=moved_stop,
        progress=report,
        stopped=stopped,
    )
    return None if job.cancelled() else found.now


def _standing(session: Session, draft_id: DraftId) -> Standing:
    row = loading.draft_row(session, draft_id)
    if row.state != DraftState.OPEN:
        raise Conflict(
            "draft-ended",
            _("This draft has ended: %(by)s saved or dropped it.", by=row.closed_by),
            _("Open the plan again."),
        )
    at = loading.standing(session, row)
    session.expunge_all()
    return at


def _ground(session: Session, at: Standing, asked: dict[str, Any]) -> Ground:
    """The draft's own ground, or one that supposes something of kitchens or windows."""
    supposed = of_what_if(asked)
    if not supposed:
        return at.ground
    return grounding.build(
        session, at.draft.day, MealSlot(at.draft.slot), matrix_of=_travel(session, at), parent=PlanVersionId(at.draft.base_version_id), before=at.ground,
        assumes=(*at.ground.assumes, *supposed),
    )  # fmt: skip


def _travel(session: Session, at: Standing) -> MatrixOf:
    from mealroute.adapters.networks import travel_of  # builds road networks; not needed for a plain search

    return travel_of(closed=closures.closed_on(session, at.draft.day)).matrix


def _printed(session: Session, at: Standing) -> tuple[Mapping[int, int], int]:
    """On whose sheet each stop is where the draft stands on a published plan, and what moving one must save."""
    base = planning.summary(session, PlanVersionId(at.draft.base_version_id))
    if base.state is not PlanState.PUBLISHED:
        return {}, 0
    opened = loading.standing(session, at.draft, at=0).arrangement
    prices = planning.policy_on(at.draft.day, MealSlot(at.draft.slot)).prices
    return {stop: route.vehicle for route in opened.routes for stop in route.stops}, prices.moved_stop


def _of_street(session: Session, at: Standing, street: str) -> set[int] | None:
    """Stops whose people all live in a street; None for no limit."""
    if not street:
        return None
    lines = orders.lines(session, at.ground.given.lines)
    return {
        stop.number for stop in at.ground.given.built.stops if all(lines[line].street_code == street for line in stop.lines)
    }  # fmt: skip
