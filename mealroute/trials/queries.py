"""What trials are made from, and those that were made."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import jobs
from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.jobs import Job, JobId, JobRecord
from mealroute.rulebook.facts import Figures, Meal, Person
from mealroute.rulebook.records import Rulebook
from mealroute.subsidy import build
from mealroute.subsidy.counted import derived
from mealroute.subsidy.evaluating import meal_of
from mealroute.subsidy.members import members_of
from mealroute.subsidy.records import ResidentOnDay
from mealroute.subsidy.rows import month_days, month_rows
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.site_facts import figures_of, person_of
from mealroute.subsidy.site_queries import periodic_facts
from mealroute.trials.records import KIND


class Facts(NamedTuple):
    """What a trial is made from. ``claimed`` are keys of figures that other months have paid."""

    meals: list[Meal]
    figures: list[Figures]
    claimed: frozenset[str]


def facts_of(db: Session, month: str, books: Sequence[Rulebook], *, scope: Scope) -> Facts:
    """The month's handovers with their evidence, of the streets in reach, and the figures of months, years and applications that rules of
    ``books`` may ask for. What is the same of a person is one object.
    """
    people: dict[tuple[ResidentOnDay, str, str], Person] = {}
    found = []
    done = [one for one in build.handovers(month_rows(db, month)) if scope.sees_street(one.street_code)]
    for one in done:
        key = one.resident, one.street_code, one.zone
        if key not in people:
            people[key] = person_of(*key)
        found.append(meal_of(one, people[key]))
    together = replace(
        books[0], rules=tuple(rule for book in books for rule in book.rules), counted={name: one for book in books for name, one in book.counted.items()}
    )  # fmt: skip
    every = replace(load_rulebook(), book=together)
    first, last = month_days(month)
    streets = None if scope.streets is None else sorted(scope.streets)
    members = members_of(db, first, last, every, streets=streets).people
    facts = periodic_facts(db, first, last, every, streets=streets, members=members)
    figures = [one.figures for one in figures_of(facts, done, derived(every.book, done))] if facts else []
    return Facts(found, figures, facts.claimed if facts else frozenset())


def meals_of(db: Session, month: str, *, scope: Scope) -> list[Meal]:
    """The month's handovers alone."""
    return facts_of(db, month, [load_rulebook().book], scope=scope).meals


def trials(db: Session, *, scope: Scope, limit: int = 20) -> tuple[JobRecord, ...]:
    """The newest trials of the same reach first."""
    ids = db.scalars(select(Job.id).where(Job.kind == KIND).order_by(Job.id.desc()).limit(limit * 5))
    found = (jobs.job(db, JobId(number)) for number in ids)
    return tuple(one for one in found if _within(one, scope))[:limit]


def trial(db: Session, job_id: int, *, scope: Scope) -> JobRecord:
    """One trial. Raises NotFound where it is another kind of job, or of streets out of reach."""
    found = jobs.job(db, JobId(job_id))
    if found.kind != KIND or not _within(found, scope):
        raise NotFound("trial-not-found", _("There is no such trial."))
    return found


def _within(job: JobRecord, scope: Scope) -> bool:
    streets = job.payload.get("streets")
    if scope.streets is None:
        return True
    return streets is not None and set(streets) <= scope.streets
