"""Reads of the call-back: seeds with what they draw from, the meals to ask about, what was heard so far."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from mealroute.checks.call_back_models import CallBackAnswer, CallBackPick, CallBackPopulation, CallBackSeed
from mealroute.checks.call_back_records import (
    Candidate,
    Estimate,
    Heard,
    PickId,
    PickRecord,
    Population,
    SeedId,
    SeedRecord,
)
from mealroute.checks.call_back_rules import estimate
from mealroute.checks.facts import DELIVERED
from mealroute.checks.rulebook import policy_on
from mealroute.core.actor import Scope
from mealroute.core.bulk import chunks, numbered, rows
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.text import mask_name, mask_phone
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import BookLine, OrderBook
from mealroute.residents.models import Resident
from mealroute.subsidy.queries import month_days

RUNS = 1000
"""Runs of one question: few enough that their doors are found by the index of runs."""


def candidates(db: Session, month: str) -> dict[str, list[Candidate]]:
    """Vendor → every meal of the month that a record says was handed over to the resident or left for them, by line; the cook answers for it.

    Read by the runs of the month, some at a time, so that what is read does not depend on what the database guesses of a month's size.
    """
    first, last = month_days(month)
    within = (Run.day >= first, Run.day <= last)
    cooks = func.coalesce(Run.cooked_by, Run.vendor_code)
    runs = {run: rest for run, *rest in rows(db, select(Run.id, cooks, Run.day, Run.slot).where(*within))}
    others = _other_cooks(db, within)
    doors = [door for some in _parts(sorted(runs)) for door in rows(db, _handed_over(some))]
    people = _people(db, first, last, {line for line, _run, _visit, _proof in doors})
    codes = dict(rows(db, select(Resident.id, Resident.code)))
    found: dict[str, list[Candidate]] = defaultdict(list)
    for line, run, visit, proof in sorted(doors):
        (cook, day, slot), resident = runs[run], people[line]
        found[others.get(visit, cook)].append(
            Candidate(line=line, resident=resident, resident_code=codes[resident], day=day, slot=slot, proof=proof)
        )
    return dict(found)


def _handed_over(runs: Sequence[int]) -> Select[int, int, int, int]:
    return select(Proof.book_line_id, Proof.run_id, Proof.visit_id, Proof.id).where(
        numbered(Proof.run_id, runs), Proof.outcome.in_(sorted(DELIVERED)), Proof.quantity > 0, current()
    )


def _people(db: Session, first: date, last: date, wanted: set[int]) -> dict[int, int]:
    """Line → resident: by the books of the days, which is a tenth of the time that asking for each line takes; what is elsewhere, one by one."""
    books = db.scalars(select(OrderBook.id).where(OrderBook.day >= first, OrderBook.day <= last)).all()
    columns = select(BookLine.id, BookLine.resident_id)
    found = dict(rows(db, columns.where(numbered(BookLine.book_id, books))))
    for some in chunks(wanted - found.keys()):
        found.update(rows(db, columns.where(numbered(BookLine.id, some))))
    return found


def _other_cooks(db: Session, within: tuple[ColumnElement[bool], ...]) -> dict[int, str]:
    """Visit that changed hands → who cooked its meals anew."""
    query = (
        select(StopTransfer.visit_id, func.max(StopTransfer.cooked_by))
        .join(Run, Run.id == StopTransfer.from_run_id)
        .where(*within, StopTransfer.cooked_by != "")
        .group_by(StopTransfer.visit_id)
    )
    return dict(db.execute(query).tuples().all())


def _parts(runs: Sequence[int]) -> Iterable[Sequence[int]]:
    return (runs[begin : begin + RUNS] for begin in range(0, len(runs), RUNS))


def seeds(db: Session, month: str) -> tuple[SeedRecord, ...]:
    """The seeds of a month, the newest first; the newest one counts."""
    rows = db.scalars(
        select(CallBackSeed).where(CallBackSeed.month == month).order_by(CallBackSeed.number.desc())
    ).all()
    return tuple(_seed(db, row) for row in rows)


def seed(db: Session, seed_id: int) -> SeedRecord:
    """One seed. Raises NotFound."""
    row = db.get(CallBackSeed, seed_id)
    if row is None:
        raise NotFound("call-back-not-found", _("There is no such call-back."))
    return _seed(db, row)


def _seed(db: Session, row: CallBackSeed) -> SeedRecord:
    own = db.scalars(
        select(CallBackPopulation).where(CallBackPopulation.seed_id == row.id).order_by(CallBackPopulation.vendor_code)
    ).all()
    picks = (
        select(func.count())
        .select_from(CallBackPick)
        .join(CallBackPopulation, CallBackPopulation.id == CallBackPick.population_id)
        .where(CallBackPopulation.seed_id == row.id)
    )
    return SeedRecord(
        id=SeedId(row.id), month=row.month, number=row.number, seed=row.seed, origin=row.origin, method=row.method, reason=row.reason,
        by_name=row.by_name, at=row.at, drawn=bool(db.scalar(picks)),
        populations=tuple(Population(vendor=each.vendor_code, meals=each.meals, size=each.size, digest=each.digest) for each in own),
    )  # fmt: skip


def picks(db: Session, seed_id: int, *, scope: Scope, vendor: str = "") -> tuple[PickRecord, ...]:
    """The meals to ask about within the scope, masked, by vendor in the order of the draw. Vendors themselves see none."""
    query = (
        select(
            CallBackPick.id, CallBackPopulation.vendor_code, CallBackPick.position, BookLine.id, Resident.id, Resident.code, Resident.name,
            Resident.phone, Resident.street_code, OrderBook.day, OrderBook.slot,
        )
        .join(CallBackPopulation, CallBackPopulation.id == CallBackPick.population_id)
        .join(BookLine, BookLine.id == CallBackPick.book_line_id)
        .join(OrderBook, OrderBook.id == BookLine.book_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .where(CallBackPopulation.seed_id == seed_id)
        .order_by(CallBackPopulation.vendor_code, CallBackPick.position)
    )  # fmt: skip
    if scope.vendor is not None or scope.kitchen is not None or scope.driver is not None or scope.station is not None:
        return ()
    if scope.streets is not None:
        query = query.where(Resident.street_code.in_(sorted(scope.streets)))
    if vendor:
        query = query.where(CallBackPopulation.vendor_code == vendor)
    rows = db.execute(query).tuples().all()
    heard = _heard(db, [row[0] for row in rows])
    return tuple(
        PickRecord(
            id=PickId(number), vendor=code, position=position, book_line_id=line, resident_id=resident, resident_code=person,
            name=mask_name(name), phone=mask_phone(phone) if phone else "", street_code=street, day=day, slot=slot,
            answer=None if number not in heard else Heard(heard[number].answer),
            answered_by="" if number not in heard else heard[number].by_name, answered_at=None if number not in heard else heard[number].at,
        )
        for number, code, position, line, resident, person, name, phone, street, day, slot in rows
    )  # fmt: skip


def _heard(db: Session, ids: list[int]) -> dict[int, CallBackAnswer]:
    found: dict[int, CallBackAnswer] = {}
    for begin in range(0, len(ids), 500):
        query = select(CallBackAnswer).where(CallBackAnswer.pick_id.in_(ids[begin : begin + 500]))
        found |= {row.pick_id: row for row in db.scalars(query.order_by(CallBackAnswer.number))}
    return found


def estimates(db: Session, month: str) -> dict[str, Estimate]:
    """Vendor → what the newest draw of the month says so far. Empty before anything is drawn."""
    drawn = next((one for one in seeds(db, month) if one.drawn), None)
    if drawn is None:
        return {}
    newest = select(func.max(CallBackAnswer.id)).group_by(CallBackAnswer.pick_id)
    query = (
        select(CallBackPopulation.vendor_code, CallBackAnswer.answer, func.count())
        .join(CallBackPick, CallBackPick.population_id == CallBackPopulation.id)
        .join(CallBackAnswer, CallBackAnswer.pick_id == CallBackPick.id)
        .where(CallBackPopulation.seed_id == drawn.id, CallBackAnswer.id.in_(newest))
        .group_by(CallBackPopulation.vendor_code, CallBackAnswer.answer)
    )
    heard: dict[str, Counter[Heard]] = defaultdict(Counter)
    for vendor, answer, n in db.execute(query).tuples():
        heard[vendor][Heard(answer)] += n
    z = policy_on(_last(month)).call_back.z_permille
    return {
        one.vendor: estimate(one.vendor, month, one.size, heard[one.vendor], z_permille=z) for one in drawn.populations
    }


def _last(month: str) -> date:
    return month_days(month)[1]
