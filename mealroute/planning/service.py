"""Use-cases of planning: prepare a day, keep a checked answer as a version, publish and withdraw it, start a search."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from mealroute.areas import queries as areas
from mealroute.core import audit, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId
from mealroute.core.slots import MealSlot
from mealroute.experience import queries as experience
from mealroute.experience.records import DoorUse
from mealroute.menus import queries as menus
from mealroute.menus.records import SlotTimes
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineRecord, BookState, Delivery, OrderBookRecord
from mealroute.planning import queries, street_prices, words, workload
from mealroute.planning.build import MatrixOf, build_problem
from mealroute.planning.digests import matrix_digest
from mealroute.planning.publishing import publish_version, withdraw_version
from mealroute.planning.records import (
    LineFact,
    PlanInput,
    PlanOutput,
    PlanVersionId,
    RouteLine,
)
from mealroute.planning.saving import write_version
from mealroute.planning.sources import Gathered, PlanParts
from mealroute.vendors import queries as vendors

__all__ = [
    "PLAN_DAY", "assemble", "gather", "job_key", "prepare", "publish_version", "save_draft", "start_job", "stop_job", "withdraw_version",
]  # fmt: skip

PLAN_DAY = "plan-day"
"""The kind of job that plans one day and slot."""


def prepare(
    db: Session,
    day: date,
    slot: MealSlot,
    *,
    matrix_of: MatrixOf,
    parent_id: PlanVersionId | None = None,
    altered: Callable[[PlanParts], PlanParts] | None = None,
) -> PlanInput:
    """Everything that a search needs about a closed book, without people: may cross to another process.

    ``matrix_of`` is ``travel.matrix`` or a ``TravelTable``. Without ``parent_id`` the plan follows on the published version
    of the meal, if there is one: vehicles keep their route numbers. ``altered`` may change what the problem is built from, to ask
    what would be if. Raises MealrouteError where the book is not closed or empty.
    """
    gathered = gather(db, day, slot, parent_id=parent_id)
    if altered is not None:
        gathered = replace(gathered, parts=altered(gathered.parts))
    return assemble(gathered, matrix_of)


def gather(db: Session, day: date, slot: MealSlot, *, parent_id: PlanVersionId | None = None) -> Gathered:
    """What a problem is built from, as the database has it in this moment; quick, without travel times. Raises as ``prepare``."""
    book = _closed_book(db, day, slot)
    standing = queries.published(db, day, slot)
    parent_id = parent_id or (standing.id if standing else None)
    policy = queries.policy_on(day, slot)
    prices = policy.prices
    known = experience.memories(
        db, [line.resident_id for line in book.lines], day, weeks=prices.memory_weeks, half_life_days=prices.memory_half_life
    )  # fmt: skip
    owners = {code: words.street_dispatcher(name) for code, name in areas.street_names(db).items()}
    parts = PlanParts(
        slot=slot, lines=book.lines, units=vendors.fleet(db, day).units, kitchens=vendors.kitchens(db),
        compartments={dish.code: dish.compartment for dish in menus.dishes(db)}, known=known, owners=owners,
        policy=policy, streets=street_prices.on(db, day), workload=workload.recent(db, day, slot, weeks=prices.fairness_weeks),
        doors=_doors(db, book.lines, day, policy.times),
    )  # fmt: skip
    return Gathered(
        day=day, parts=parts, book_digest=book.digest, parent_id=parent_id,
        numbers=queries.route_numbers(db, parent_id) if parent_id else {},
        before=queries.usual_routes(db, day, slot, weeks=prices.memory_weeks),
    )  # fmt: skip


def _doors(db: Session, lines: Sequence[BookLineRecord], day: date, times: SlotTimes) -> dict[int, DoorUse]:
    """How the doors of the day open at about the time of this meal."""
    people = {int(line.resident_id) for line in lines if line.delivery is Delivery.HOME}
    return experience.door_uses(db, people, day, second_of_day=(times.door_from_s + times.door_to_s) // 2)


def assemble(given: Gathered, matrix_of: MatrixOf) -> PlanInput:
    """The input of a search; no database. Raises MealrouteError ``no-kitchen``."""
    parts = given.parts
    built, travel = build_problem(parts, matrix_of)
    return PlanInput(
        day=given.day, slot=parts.slot, built=built,
        lines={line.line_id: _fact(line, parts) for line in parts.lines},
        book_digest=given.book_digest, network=" ".join(sorted({matrix.network for matrix in travel.values()}))[:200],
        matrix_digest=matrix_digest(built.points, travel),
        estimated_pairs=sum(matrix.estimated_pairs for matrix in travel.values()), parent_id=given.parent_id, numbers=given.numbers,
        hour_tolerance_s=parts.policy.prices.hour_tolerance, worked_above=parts.workload.above, before=given.before, overwork_price=parts.policy.prices.overwork,
    )  # fmt: skip


def save_draft(
    db: Session, given: PlanInput, output: PlanOutput, *, lines: Sequence[RouteLine] = (), by: Actor, clock: Clock
) -> PlanVersionId:
    """Keep an answer as the next draft of its day and slot; ``lines`` are what the map draws.

    An answer that breaks a rule is kept with its violations, for people to see: it can't be published without a reason.
    """
    version_id = write_version(db, given, output, lines, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="planning.drafted", subject=f"plan/{version_id}",
        detail={"day": given.day.isoformat(), "slot": str(given.slot), "violations": len(output.violations)},
    )  # fmt: skip
    return version_id


def start_job(
    db: Session,
    day: date,
    slot: MealSlot,
    time_limit_s: float = 60,
    *,
    seed: int = 0,
    max_iterations: int | None = None,
    threads: int | None = None,
    by: Actor,
    clock: Clock,
) -> JobId:
    """Queue a search for a day; while one is under way for the same day and slot, that one is returned.

    With ``max_iterations`` (and ``threads``, else one) the time limit is not looked at: the same book, fleet and seed give the same plan.

    Refuses at once what the search would refuse: a book that is open or empty. Wake the executor after the commit.
    """
    _closed_book(db, day, slot)
    payload = {
        "day": day.isoformat(), "slot": str(slot), "time_limit_s": time_limit_s, "seed": seed, "max_iterations": max_iterations,
        "threads": threads or (1 if max_iterations is not None else None),
        "by": {"account_id": by.account_id, "name": by.name, "role": str(by.role)},
    }  # fmt: skip
    job_id, new = jobs.enqueue(db, PLAN_DAY, job_key(day, slot), payload, by=by, clock=clock)
    if new:
        audit.record(
            db, by=by, clock=clock, action="planning.search-started", subject=f"job/{job_id}",
            detail={"day": day.isoformat(), "slot": str(slot), "seconds": time_limit_s},
        )  # fmt: skip
    return job_id


def stop_job(db: Session, day: date, slot: MealSlot, *, keep: bool, by: Actor, clock: Clock) -> None:
    """Stop the search under way: ``keep`` saves the best plan so far as a draft, else it is dropped. None running: nothing."""
    job = jobs.latest(db, job_key(day, slot))
    if job is not None:
        jobs.stop(db, job.id, keep=keep, by=by, clock=clock)


def job_key(day: date, slot: MealSlot) -> str:
    """The natural key of the search for a day and slot; ``core.jobs.latest`` finds the newest by it."""
    return f"{PLAN_DAY}/{day.isoformat()}/{slot}"


def _closed_book(db: Session, day: date, slot: MealSlot) -> OrderBookRecord:
    book = orders.book(db, day, slot)
    if book is None or book.state is not BookState.CLOSED:
        raise Conflict("book-open", _("The order book is not closed yet."), _("Close it, then plan."))
    if not book.lines:
        raise MealrouteError("book-empty", _("There are no meals in the order book."))
    return book


def _fact(line: BookLineRecord, parts: PlanParts) -> LineFact:
    memory = parts.known.get(line.resident_id)
    return LineFact(
        portions=line.quantity,
        owner=line.flag_owner or parts.owners.get(line.street_code) or words.district_dispatcher(),
        faces=parts.faces_of(line),
        usual_s=memory.usual_s if memory else None,
        hour_price=parts.price_of(line.street_code).usual_hour,
        resident=int(line.resident_id),
        door=parts.doors.get(line.resident_id),
    )
