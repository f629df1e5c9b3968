"""What has arrived for a closed month since it was closed, person by person, without computing it again.

When a month closes, a fingerprint is kept of everything that each person's lines are computed from: book lines, amendments, plan, doors,
evidence, payments, states, pauses, categories, diets, dated facts, what caps of earlier months have given; and one of what concerns everybody: the rules,
who cooked and drove, swipes. Where a person's fingerprint is the same, a computation gives the same lines; only the others are computed again.
Counts, sums and highest numbers are enough of rows that are only ever added; rows that people edit go in whole.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanLine, PlanVersion
from mealroute.residents.loading import category_table
from mealroute.residents.models import Pause, Resident, ResidentCategory, ResidentDiet, StateChange
from mealroute.settlement.lasting import lasting
from mealroute.settlement.models import AdjustmentLine, HeldLine, PeriodMark
from mealroute.subsidy import queries
from mealroute.subsidy.earlier import earlier_lines
from mealroute.subsidy.models import Period
from mealroute.subsidy.parts import Beside, Part, of_people, resident_ids, within
from mealroute.subsidy.payers import Payer
from mealroute.subsidy.people import person_facts
from mealroute.subsidy.records import ClaimLineRecord
from mealroute.vendors.models import Driver, Station

Asked = tuple[str, Any]
"""What is looked at, and the query of it: the resident first."""
SHORT = 16
"""Hex digits of a person's fingerprint; what differs is computed, so that a clash of two of one person is all that could hide anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Fingerprints of a month at one moment: of what concerns everybody, and by resident."""

    whole: str
    people: dict[int, str]


def marks(db: Session, who: Payer, month: str, forward: Sequence[ClaimLineRecord] = ()) -> Marks:
    """The fingerprints as the records stand now; some fifteen statements, however many closed months there are."""
    first, last = queries.month_days(month)
    part = who.whole_part
    rows: dict[int, list[object]] = defaultdict(list)
    for kind, query in _counted(first, last, part):
        for number, *values in db.execute(query):
            rows[number].append((kind, *map(str, values)))
    ids = resident_ids(first, last, part)
    for kind, query in _whole_rows(ids):
        for number, *values in db.execute(query):
            rows[number].append((kind, *map(str, values)))
    for number, facts in person_facts(
        db, ids
    ).items():  # as the computation reads them, so that none can be forgotten here
        rows[number].append(("facts", str(facts)))
    for one in earlier_lines(db, first, part, forward=forward):
        rows[one.person_id or 0].append(("earlier", str(one)))
    everybody = _everybody(db, who, first, last)
    return Marks(whole=_digest(everybody), people={number: _digest(sorted(map(str, found)))[:SHORT] for number, found in rows.items()})  # fmt: skip


def write_down(db: Session, period: Period, found: Marks) -> None:
    """Keep the fingerprints of a period that is about to close."""
    db.add(
        PeriodMark(period_id=period.id, whole=found.whole, people={str(number): mark for number, mark in found.people.items()})
    )  # fmt: skip
    db.flush()


def touched(db: Session, who: Payer, period: Period, forward: Sequence[ClaimLineRecord] = ()) -> frozenset[int] | None:
    """The residents whose lines of a closed month may come out differently now; None where that may be anybody's.

    It may be anybody's where nothing was kept at the close, the rules or something else that concerns everybody is another, or a rule
    counts over people (an operator's cap, a month of a site).
    """
    if not who.each_alone or any(rule.unit.periodic for rule in who.rules.rules):
        return None
    kept = db.execute(select(PeriodMark.whole, PeriodMark.people).where(PeriodMark.period_id == period.id)).one_or_none()  # fmt: skip
    if kept is None:
        return None
    now, then = marks(db, who, period.month, forward), {int(number): mark for number, mark in kept.people.items()}
    if now.whole != kept.whole:
        return None
    changed = {number for number in {*now.people, *then} if now.people.get(number) != then.get(number)}
    return frozenset(changed | _spoken_of(db, period))


def _spoken_of(db: Session, period: Period) -> set[int]:
    """Residents of whose lines something was held or corrected: what stands for them is not what was closed."""
    codes: set[str] = set(db.scalars(select(HeldLine.resident_code).where(HeldLine.period_id == period.id)))
    settled = select(AdjustmentLine.resident_code).join(Period, Period.id == AdjustmentLine.period_id)
    codes |= set(db.scalars(settled.where(AdjustmentLine.month == period.month, Period.payer == period.payer)))
    return set(db.scalars(select(Resident.id).where(Resident.code.in_(sorted(codes)))))


def _counted(first: date, last: date, part: Part) -> Iterable[Asked]:
    who = BookLine.resident_id
    days = (OrderBook.day >= first, OrderBook.day <= last)
    run_days = (Run.day >= first, Run.day <= last)
    own = (*within(part, BookLine.street_code), *of_people(part, BookLine.resident_id))
    yield "book", (
        select(who, func.count(), func.max(BookLine.id), func.sum(BookLine.quantity), func.sum(BookLine.unit_price_fen))
        .join(OrderBook, OrderBook.id == BookLine.book_id)
        .where(*days, OrderBook.state == "closed", *own)
        .group_by(who)
    )  # fmt: skip
    yield (
        "amended",
        (
            select(who, func.count(), func.max(Amendment.id))
            .join(Amendment, BookLine.id == func.coalesce(Amendment.cancels_line_id, Amendment.adds_line_id))
            .join(OrderBook, OrderBook.id == Amendment.book_id)
            .where(*days, *own)
            .group_by(who)
        ),
    )
    yield (
        "plan",
        (
            select(who, func.count(), func.max(PlanLine.id), func.sum(PlanLine.portions), func.count(PlanLine.visit_id))
            .join(PlanLine, PlanLine.book_line_id == BookLine.id)
            .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
            .where(PlanVersion.day >= first, PlanVersion.day <= last, PlanVersion.state == "published", *own)
            .group_by(who)
        ),
    )
    yield (
        "doors",
        (
            select(who, func.count(), func.max(Proof.id))
            .join(Proof, Proof.book_line_id == BookLine.id)
            .join(Run, Run.id == Proof.run_id)
            .where(*run_days, *own)
            .group_by(who)
        ),
    )
    yield (
        "evidence",
        (
            select(
                who, func.count(), func.max(Evidence.id), func.sum(case((Evidence.verdict == "matched", 1), else_=0))
            )
            .join(Proof, Proof.book_line_id == BookLine.id)
            .join(Run, Run.id == Proof.run_id)
            .join(Evidence, Evidence.proof_id == Proof.id)
            .where(*run_days, *own)
            .group_by(who)
        ),
    )
    yield "payments", (
        select(Order.resident_id, func.count(), func.max(Payment.id), func.sum(case((Payment.kind == "payment", Payment.amount_fen), else_=-Payment.amount_fen)))
        .join(Payment, Payment.order_id == Order.id)
        .where(Order.day >= first, Order.day <= last, *of_people(part, Order.resident_id))
        .group_by(Order.resident_id)
    )  # fmt: skip


def _whole_rows(ids: Select[Any]) -> Iterable[Asked]:
    yield "person", select(Resident.id, Resident.code, Resident.birth_date, Resident.address_key).where(Resident.id.in_(ids))  # fmt: skip
    for kind, model, columns in (
        ("state", StateChange, (StateChange.id, StateChange.state, StateChange.since)),
        ("pause", Pause, (Pause.id, Pause.starts_on, Pause.ends_on, Pause.reason, Pause.cancelled_at)),
        ("category", ResidentCategory, (ResidentCategory.id, ResidentCategory.category, ResidentCategory.valid_from, ResidentCategory.valid_to)),
        ("diet", ResidentDiet, (ResidentDiet.id, ResidentDiet.diet, ResidentDiet.strict, ResidentDiet.valid_from, ResidentDiet.valid_to)),
    ):  # fmt: skip
        owner: Any = model.resident_id
        yield kind, select(owner, *columns).where(owner.in_(ids))


def _everybody(db: Session, who: Payer, first: date, last: date) -> list[object]:
    runs = select(Run.id, Run.number, Run.state, Run.cooked_by, Run.vendor_code, Run.driver_code).where(Run.day >= first, Run.day <= last)  # fmt: skip
    moved = (
        select(StopTransfer.id, StopTransfer.visit_id, StopTransfer.cooked_by)
        .join(Run, Run.id == StopTransfer.from_run_id)
        .where(Run.day >= first, Run.day <= last)
    )
    published = select(PlanVersion.id, PlanVersion.state).where(PlanVersion.day >= first, PlanVersion.day <= last)
    swiped = Beside.of_people(db, first, last).swiped.confirmed
    return [
        lasting(who.rules.rules), lasting(who.rules.book.calendar), lasting(category_table()), sorted(who.streets or ()), sorted(swiped.items()),
        *(
            sorted(map(str, db.execute(query).all()))
            for query in (runs, moved, published, select(Driver.code, Driver.volunteer), select(Station.code, Station.kind))
        ),
    ]  # fmt: skip


def _digest(content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()
