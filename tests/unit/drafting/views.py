"""A view of an evaluation without a database, as far as sentences need one."""

from __future__ import annotations

from datetime import UTC, datetime

from mealroute.drafting.evaluate import Evaluation
from mealroute.drafting.records import DraftId, DraftState, DraftView, EditKind, EditRecord
from mealroute.planning.records import PlanVersionId


def view_of(at: Evaluation) -> DraftView:
    last = EditRecord(
        revision=0, kind=EditKind.OPENED, detail={}, by="王芳", at=datetime(2026, 3, 9, tzinfo=UTC), stops=frozenset(), vehicles=frozenset()
    )  # fmt: skip
    left = at.given.ordered - at.total.portions
    return DraftView(
        id=DraftId(1), day=at.given.day, slot=at.given.slot, state=DraftState.OPEN, revision=0, base_version=PlanVersionId(1), base_number=1,
        base_published=False, ordered=at.given.ordered, planned=at.total.portions, unassigned=left, total=at.total, routes=at.routes, spare=(),
        unplaced=(), broken=at.broken, last=last, undo=None, redo=None, assumes=(), outdated=False,
    )  # fmt: skip
