"""A job as a page shows it: how far, what it has found in money, when it last gained, its place in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from mealroute.core import job_queue, jobs
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId, JobRecord, JobState
from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.planning import queries as planning
from web import here
from web.formatters import minutes, money, percent_of, short_day
from web.jobs.sparkline import Sparkline, sparkline
from web.vocabulary import word

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with the words and figures for a reader. ``place`` counts the queue from 1, None where the job is not in it."""

    job: JobRecord
    place: int | None

    @property
    def id(self) -> JobId:
        return self.job.id

    @property
    def open(self) -> bool:
        return self.job.open

    @property
    def error_sentence(self) -> str:
        return self.job.error_sentence

    @property
    def queued(self) -> bool:
        return self.job.state is JobState.QUEUED

    @property
    def work(self) -> str:
        """What it does, for which day and meal."""
        payload = self.job.payload
        try:
            about = [short_day(date.fromisoformat(payload["day"])), word("slot", payload["slot"])]
        except (KeyError, TypeError, ValueError):
            about = []
        return " ".join([word("job-kind", self.job.kind), *about])

    @property
    def stage(self) -> str:
        """What happens now, or why nothing does."""
        if self.job.waiting_code and self.queued:
            return word("job-waiting", self.job.waiting_code)
        if self.place is not None:
            return _("Place %(n)d in the queue", n=self.place)
        if self.job.cancel_requested and self.open:
            return _("Being dropped")
        if self.job.stop_requested and self.open:
            return _("Ending with the best so far")
        stage = str(self._figure("stage") or "")
        return word("job-stage", stage) if stage else word("job-state", self.job.state)

    @property
    def again(self) -> str:
        """Why there is more than one attempt."""
        return _("Attempt %(n)d; an earlier one was interrupted", n=self.job.attempt) if self.job.attempt > 1 else ""

    @property
    def elapsed(self) -> str:
        """Of the search once it runs, before that of the attempt: 0:38 / 1:00."""
        searching = self._elapsed_s > 0
        begun = minutes(int(self._elapsed_s if searching else self._figure("running_s") or 0))
        return f"{begun} / {minutes(int(self._limit_s))}" if self._limit_s else begun

    @property
    def percent(self) -> str:
        return percent_of(self._elapsed_s, self._limit_s)

    @property
    def best(self) -> str:
        """The best plan's cost in yuan."""
        cost = self._figure("best_cost")
        return _("%(yuan)s yuan", yuan=money(self._fen(cost))) if cost is not None and self._hour_fen else "–"

    @property
    def set_aside(self) -> str:
        """Meals that no search can place, known before it begins; the plan names them with reason and owner."""
        found = self._figure("set_aside")
        return "–" if found is None else str(int(found))

    @property
    def unassigned(self) -> str:
        """Stops that the best plan leaves out."""
        found = self._figure("unassigned")
        return "–" if found is None else str(int(found))

    @property
    def gained(self) -> str:
        """How long ago the plan last became better."""
        at = self._figure("gained_s")
        return "–" if at is None else _("%(n)d s ago", n=max(0, int(self._elapsed_s - at)))

    @property
    def curve(self) -> Sparkline | None:
        points = self.job.progress.get("curve") or ()
        return sparkline(points, until=max(self._limit_s, self._elapsed_s), now=self._elapsed_s) if points else None

    @property
    def price(self) -> str:
        """What the yuan stand on: the figure that turns driver's time and money into each other, with its source."""
        if not self._hour_fen:
            return ""
        day = self.job.payload.get("day")
        on = date.fromisoformat(day) if isinstance(day, str) else here.clock().local(self.job.created_at).date()
        return _(
            "Cost of the way, less the worth of known faces; a driver's hour counts %(yuan)s yuan (%(source)s).",
            yuan=money(Fen(int(self._hour_fen))), source=planning.driver_hour_source(on),
        )  # fmt: skip

    @property
    def plan(self) -> tuple[date, MealSlot, int] | None:
        """Day, meal and version of the plan that it made."""
        payload, version = self.job.payload, self.job.result.get("version_id")
        if not version or "day" not in payload:
            return None
        return date.fromisoformat(payload["day"]), MealSlot(payload["slot"]), version

    def figures(self) -> dict[str, str]:
        """What changes while it runs, ready to be shown."""
        return {
            "stage": self.stage, "elapsed": self.elapsed, "best": self.best, "unassigned": self.unassigned, "set_aside": self.set_aside,
            "gained": self.gained, "attempt": str(self.job.attempt), "state": word("job-state", self.job.state),
        }  # fmt: skip

    @property
    def _elapsed_s(self) -> float:
        return float(self._figure("elapsed_s") or 0)

    @property
    def _limit_s(self) -> float:
        return float(self._figure("limit_s") or self.job.payload.get("time_limit_s") or 0)

    @property
    def _hour_fen(self) -> float:
        return float(self._figure("driver_hour_fen") or 0)

    def _fen(self, cost: float) -> Fen:
        return Fen(round(cost * self._hour_fen / SECONDS_AN_HOUR))

    def _figure(self, name: str) -> Any:
        return self.job.progress.get(name)


def view(db: Session, job: JobRecord) -> JobView:
    """One job with its place in the queue."""
    return JobView(job, job_queue.places(db).get(job.id) if job.state is JobState.QUEUED else None)


def latest(db: Session, natural_key: str) -> JobView | None:
    """The newest job with this key."""
    found = jobs.latest(db, natural_key)
    return None if found is None else view(db, found)


def listed(db: Session) -> tuple[JobView, ...]:
    """What runs, then what waits in the order of the queue, then what is over, newest first."""
    places = job_queue.places(db)
    found = [JobView(job, places.get(job.id)) for job in jobs.recent(db)]
    return tuple(sorted(found, key=lambda one: (not one.open, one.place or 0)))
