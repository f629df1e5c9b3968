"""The page before publishing: what the plan breaks, what is under way, who will be told; afterwards, who answered for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.delivery import replacing
from mealroute.dispatch.notice_records import Audience
from mealroute.dispatch.notice_rules import notices_of
from mealroute.planning import publishing, queries
from mealroute.planning.change_records import Changes
from mealroute.planning.records import PlanState, PlanVersionId, PlanVersionRecord, PlanVersionSummary
from mealroute.planning.violation_words import override_sentence
from mealroute.planning.violations import PlanOverride
from web.publish.broken import BrokenView, views_of
from web.publish.forms import Reasons

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered for, in words."""

    sentence: str
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything that the page draws. ``before`` is the published version whose place this one would take."""

    record: PlanVersionRecord
    before: PlanVersionSummary | None
    broken: tuple[BrokenView, ...]
    overrides: tuple[PlanOverride, ...]
    outdated: bool
    orders_changed: int
    changes: Changes | None
    told: dict[str, int]
    given: Reasons

    @property
    def version(self) -> PlanVersionSummary:
        return self.record.summary

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Overrides with the sentence of the page where it still has one: what was under way then is not now."""
        said = {one.key: (one.sentence, one.route, one.stop, one.who) for one in self.broken}
        found = []
        for one in self.overrides:
            text, route, stop, who = said.get(one.key, (override_sentence(one), None, None, ""))
            place = [_("Route %(n)s", n=route_label(route))] if route else []
            place += [_("stop %(n)d", n=stop), who] if stop else []
            found.append(Answer(" ".join([*place, text]), one.reason, one.by_name, one.at))
        return tuple(found)

    @property
    def draft(self) -> bool:
        return self.version.state is PlanState.DRAFT

    @property
    def starts_s(self) -> int | None:
        return min((route.starts_s for route in self.record.routes), default=None)


def review_of(db: Session, version_id: PlanVersionId, given: Reasons, *, scope: Scope, clock: Clock) -> Review:
    """Gather the page. What is under way is looked up at this moment; publishing looks again."""
    record = queries.version(db, version_id)
    summary = record.summary
    standing = queries.published(db, summary.day, summary.slot) if summary.state is PlanState.DRAFT else None
    broken = list(publishing.violations(db, version_id))
    found = replacing.preview(db, version_id, replaces=standing.id, clock=clock) if standing else None
    if found is not None:
        broken += found.under_way
    return Review(
        record=record, before=standing, overrides=publishing.overrides(db, version_id), outdated=publishing.outdated(db, summary),
        broken=views_of(db, broken, record, found.old if found else None, reasons=given.overrides, scope=scope),
        orders_changed=len(publishing.orders_changed(db, summary)),
        changes=found.changes if found else None, told=_told(found.changes) if found else {}, given=given,
    )  # fmt: skip


def _told(changes: Changes) -> dict[str, int]:
    """How many drivers and kitchens a change would be told to; vendors follow from the runs."""
    drafts = notices_of(changes, runs={}, vendors={})
    counts = {str(audience): sum(1 for one in drafts if one.audience is audience) for audience in Audience}
    return {audience: count for audience, count in counts.items() if count}
