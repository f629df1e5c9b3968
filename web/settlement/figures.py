"""How old the figures of a month are, as its pages say it: of this moment, of an hour ago, being reckoned, or not there yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core import job_queue
from mealroute.settlement import view_jobs
from mealroute.subsidy.rulebook import load_rulebook
from web.settlement.progress import Progress, progress_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from mealroute.settlement.asked import Asked
    from mealroute.settlement.view_records import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """``dated`` None: a page that was reckoned as it was opened. ``work``: a reckoning under way, or one that failed."""

    dated: Dated | None = None
    work: Asked | None = None
    progress: Progress | None = None

    @property
    def current(self) -> bool:
        """Whether the figures are those of this moment."""
        return self.dated is None or self.dated.exact


def freshness(db: Session, month: str, dated: Dated | None) -> Freshness:
    """What a page of the month says of its figures."""
    if dated is None:
        return Freshness()
    work = view_jobs.last(db, load_rulebook().payer, month)
    if work is not None and work.open:
        place = job_queue.places(db).get(work.job.id)
        return Freshness(dated=dated, work=work, progress=progress_of(work, view_jobs.STAGES, place))
    return Freshness(dated=dated, work=work if work is not None and work.failed and not dated.exact else None)
