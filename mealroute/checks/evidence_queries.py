"""The evidence of a finding, side by side: each meal with its plan, its record, its money and its claims; people by code and masked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.checks.records import Reference
from mealroute.core.clock import at_seconds
from mealroute.core.geo import LonLat, haversine_m
from mealroute.core.money import Fen
from mealroute.core.text import mask_name
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine, Order, Payment
from mealroute.planning.models import PlanVisit
from mealroute.residents.models import Resident
from mealroute.subsidy.models import ClaimLine
from mealroute.vendors.models import Vendor

MOST = 200
"""Meals shown of one finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MealView:
    """One meal of a finding. Times are seconds since local midnight; ``metres``: between the phone and the door; None: not known."""

    line: int
    resident_id: int
    resident_code: str
    resident_name: str
    day: date
    slot: str
    run_id: int
    route: int
    driver: str
    vendor: str
    outcome: str
    left_with: str
    seen: bool
    source: str
    planned_s: int
    made_s: int | None
    delay_s: int | None
    metres: int | None
    pieces: int
    price_fen: Fen
    paid_fen: Fen
    claims: int
    claimed_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A reference of the evidence with what a reader may see of it."""

    kind: str
    value: str
    label: str


def meals(db: Session, lines: Sequence[int], *, zone: ZoneInfo) -> tuple[MealView, ...]:
    """The meals of a finding by day and time; the first ``MOST``."""
    wanted = list(lines)[:MOST]
    query = (
        select(BookLine, Resident.code, Resident.name, Run, Proof, PlanVisit.arrival_s)
        .join(Proof, Proof.book_line_id == BookLine.id)
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .where(BookLine.id.in_(wanted), current())
    )
    rows = db.execute(query).tuples().all()
    paid = _paid(db, {row[0].order_id for row in rows})
    claims = {
        line: (n, int(fen))
        for line, n, fen in db.execute(
            select(ClaimLine.book_line_id, func.count(), func.sum(ClaimLine.amount_fen))
            .where(ClaimLine.book_line_id.in_(wanted))
            .group_by(ClaimLine.book_line_id)
        ).tuples()
        if line is not None
    }
    pieces = dict(
        db.execute(
            select(Evidence.proof_id, func.count())
            .where(Evidence.proof_id.in_([row[4].id for row in rows]))
            .group_by(Evidence.proof_id)
        )
        .tuples()
        .all()
    )
    found = []
    for line, code, name, run, proof, planned in rows:
        made = (proof.made_at or proof.phone_at) if proof.phone_at is not None else None
        midnight = at_seconds(run.day, 0, zone)
        n, fen = claims.get(line.id, (0, 0))
        found.append(
            MealView(
                line=line.id, resident_id=line.resident_id, resident_code=code, resident_name=mask_name(name), day=run.day, slot=run.slot,
                run_id=run.id, route=run.number, driver=run.driver_code, vendor=run.cooked_by or run.vendor_code, outcome=proof.outcome,
                left_with=mask_name(proof.left_with) if proof.left_with else "", seen=proof.seen, source=proof.source, planned_s=planned,
                made_s=None if made is None else int((made - midnight).total_seconds()),
                delay_s=None if proof.phone_at is None else int((proof.server_at - proof.phone_at).total_seconds()),
                metres=_metres(line, proof), pieces=pieces.get(proof.id, 0), price_fen=line.unit_price_fen,
                paid_fen=paid.get(line.order_id, 0), claims=n, claimed_fen=fen,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda meal: (meal.day, meal.slot, meal.made_s or meal.planned_s, meal.line)))


def _metres(line: BookLine, proof: Proof) -> int | None:
    if line.lon is None or line.lat is None or proof.lon is None or proof.lat is None:
        return None
    return round(haversine_m(LonLat(line.lon, line.lat), LonLat(proof.lon, proof.lat)))


def _paid(db: Session, orders: Iterable[int]) -> dict[int, Fen]:
    found: dict[int, Fen] = {}
    query = select(Payment.order_id, Payment.kind, Payment.amount_fen).join(Order, Order.id == Payment.order_id)
    for order, kind, amount in db.execute(query.where(Payment.order_id.in_(sorted(orders)))).tuples():
        found[order] = found.get(order, 0) + (amount if kind == "payment" else -amount)
    return found


def named(db: Session, evidence: Sequence[Reference]) -> tuple[Named, ...]:
    """References other than meals and records, with masked names of people and names of businesses."""
    people = _numbers(evidence, "resident")
    residents = {
        str(number): f"{mask_name(name)} {code}"
        for number, name, code in db.execute(
            select(Resident.id, Resident.name, Resident.code).where(Resident.id.in_(people))
        ).tuples()
    }
    vendors = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    labels = {
        "resident": residents, "vendor": vendors, "purse": _rounds(db, evidence),
        "call-back": {value: value.replace("/", " · ") for kind, value in evidence if kind == "call-back"},
        "rule": {value: value.partition("/")[0] for kind, value in evidence if kind == "rule"},
    }  # fmt: skip
    return tuple(
        Named(kind=kind, value=value, label=labels.get(kind, {}).get(value, value))
        for kind, value in evidence
        if kind not in {"proof", "line", "run"}
    )


def _rounds(db: Session, evidence: Sequence[Reference]) -> dict[str, str]:
    """A purse by day, driver or counter."""
    purses = [value for kind, value in evidence if kind == "purse"]
    runs = {int(value.partition("/")[0]) for value in purses}
    known = {row.id: row for row in db.scalars(select(Run).where(Run.id.in_(sorted(runs))))} if runs else {}
    found = {}
    for value in purses:
        number, _slash, station = value.partition("/")
        if (run := known.get(int(number))) is not None:
            found[value] = f"{run.day} {station or run.driver_code}"
    return found


def _numbers(evidence: Sequence[Reference], kind: str) -> list[int]:
    return [int(value) for each, value in evidence if each == kind and value.isdigit()]
