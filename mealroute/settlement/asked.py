"""Work on a month that somebody asked for and that runs outside of the request: what its pages follow, and how it is dropped."""

from dataclasses import dataclass
from datetime import datetime

from mealroute.core.jobs import JobRecord


class Dropped(Exception):
    """Somebody asked to drop the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The last work of its kind on a month: who asked for it, how far it is, how it ended."""

    job: JobRecord
    by_name: str

    @property
    def open(self) -> bool:
        return self.job.open

    @property
    def failed(self) -> bool:
        return bool(self.job.error_sentence)

    @property
    def ended_at(self) -> datetime | None:
        return self.job.finished_at
