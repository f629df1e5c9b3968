"""Who may not judge a finding: whoever made the records it is about, entered their money, or works for the vendor or station.

A record is known by the account that the audit trail names, whatever role or name it has today. A driver's phone has no account:
there the code of the driver counts. Two accounts of one person are two people to the program.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.accounts.models import Account
from mealroute.checks.models import CheckFinding, CheckFindingLine
from mealroute.core.actor import Actor, Role
from mealroute.core.audit import AuditEvent
from mealroute.core.errors import Forbidden
from mealroute.core.i18n import _
from mealroute.delivery.models import Proof
from mealroute.delivery.station_models import StationClosing
from mealroute.dispatch.models import Run
from mealroute.dispatch.sheet_codes import sheet_code
from mealroute.kitchen.return_models import ReturnedMeals
from mealroute.orders.models import BookLine, Payment
from mealroute.planning.models import PlanVisit
from mealroute.vendors.models import Driver, Kitchen

RECORDING = frozenset({
    "delivery.recorded", "delivery.reopened", "delivery.stop-given", "delivery.evidence-added", "delivery.loading-checked",
    "delivery.station-signed", "delivery.counter-closed", "papers.sheet-keyed", "kitchen.returned-counted",
})  # fmt: skip
"""Audit actions by which a record or a count comes about or changes."""
PAYING = frozenset({"orders.payment", "orders.refund", "cash.handed", "cash.explained"})
"""Audit actions by which a resident's money or a driver's cash is entered."""
_FOR_A_VENDOR = frozenset({Role.VENDOR, Role.KITCHEN, Role.DRIVER})
_FEW = 500
"""Meals of a finding for which a page still asks who recorded them."""
_PART = 5000


class Tie(StrEnum):
    """What somebody has to do with a finding, the nearest first."""

    RECORDED = "recorded"
    PAID = "paid"
    HOUSE = "house"


@dataclass(slots=True, kw_only=True)
class _About:
    """What a finding is about: its runs with those who drove, cooked and delivered, its stations, and the subjects of the audit trail."""

    runs: frozenset[int]
    vendors: set[str]
    kitchens: set[str]
    drivers: set[str]
    stations: set[str]
    subjects: set[str]


def objection(db: Session, finding_id: int, *, by: Actor, quick: bool = False) -> Forbidden | None:
    """Why the actor may neither clear nor reopen the finding (``finding-own-work``); None where nothing stands against it.

    ``quick``, for a page: findings about many meals, and records that were written for many runs at once, are not asked about.
    """
    found = tie(db, finding_id, by=by, quick=quick)
    if found is None:
        return None
    hint = _(
        "Somebody who had no part in it can: another street checker, the district's approver or the district console."
    )
    match found:
        case Tie.RECORDED:
            sentence = _(
                "You recorded deliveries or counts that this finding is about: nobody judges their own records."
            )
        case Tie.PAID:
            sentence = _("You entered payments or cash that this finding is about: nobody judges their own entries.")
        case Tie.HOUSE:
            sentence = _("You work for a vendor or station that this finding is about: nobody judges their own house.")
    return Forbidden("finding-own-work", sentence, hint)


def tie(db: Session, finding_id: int, *, by: Actor, quick: bool = False) -> Tie | None:
    """What the actor has to do with the finding's records, by account, and by the codes that the account or the scope names."""
    of = CheckFindingLine.finding_id == finding_id
    if quick and (db.scalar(select(func.count()).select_from(CheckFindingLine).where(of)) or 0) > _FEW:
        return None
    about = _about(db, finding_id)
    acts = set(_acts(db, about.subjects, by.account_id))
    if any(action in RECORDING for action, _role in acts) or (not quick and _in_bulk(db, about.runs, by.account_id)):
        return Tie.RECORDED
    if any(action in PAYING for action, _role in acts):
        return Tie.PAID
    worked = any(role in _FOR_A_VENDOR for _action, role in acts)
    return Tie.HOUSE if worked or _own_house(db, about, by) else None


def span(subject: str) -> tuple[int, int] | None:
    """``run/7`` → (7, 7), ``runs/3-9`` → (3, 9); None for subjects that are no runs."""
    kind, _slash, rest = subject.partition("/")
    first, _dash, last = rest.partition("-")
    if kind not in {"run", "runs"} or not first.isdigit() or not (last or first).isdigit():
        return None
    return int(first), int(last or first)


def _about(db: Session, finding_id: int) -> _About:
    row = db.get_one(CheckFinding, finding_id)
    named: dict[str, list[str]] = {}
    for kind, value in row.evidence:
        named.setdefault(kind, []).append(value)
    doors = _doors(db, finding_id, [int(each) for each in named.get("proof", ())])
    purses = named.get("purse", ())
    runs = {run for _proof, run, *_rest in doors} | {int(each) for each in named.get("run", ())}
    about = _About(
        runs=frozenset(runs | {int(each.partition("/")[0]) for each in purses}), vendors={row.vendor_code, *named.get("vendor", ())},
        kitchens=set(named.get("kitchen", ())), drivers=set(named.get("driver", ())),
        stations={station for *_rest, station in doors if station} | set(named.get("station", ())),
        subjects={f"order/{order}" for order in _orders(db, finding_id, [int(each) for each in named.get("payment", ())])},
    )  # fmt: skip
    for proof, run, visit, station in doors:
        about.subjects |= {f"proof/{proof}", f"visit/{visit}", f"run/{run}/{station}" if station else f"run/{run}"}
    about.subjects |= {f"run/{each}" for each in (*runs, *purses)}
    _add_runs(db, about)
    _add_counts(db, about, named)
    return about


def _doors(db: Session, finding_id: int, proofs: Sequence[int]) -> set[tuple[int, int, int, str]]:
    """(record, run, visit, station) of every record, standing or not, of the finding's meals and among its evidence."""
    query = select(Proof.id, Proof.run_id, Proof.visit_id, PlanVisit.station_code).join(
        PlanVisit, PlanVisit.id == Proof.visit_id
    )
    touched = query.join(CheckFindingLine, CheckFindingLine.book_line_id == Proof.book_line_id)
    found = set(db.execute(touched.where(CheckFindingLine.finding_id == finding_id)).tuples())
    for part in _parts(proofs):
        found |= set(db.execute(query.where(Proof.id.in_(part))).tuples())
    return found


def _orders(db: Session, finding_id: int, payments: Sequence[int]) -> set[int]:
    query = select(BookLine.order_id).join(CheckFindingLine, CheckFindingLine.book_line_id == BookLine.id)
    found = set(db.scalars(query.where(CheckFindingLine.finding_id == finding_id).distinct()))
    for part in _parts(payments):
        found |= set(db.scalars(select(Payment.order_id).where(Payment.id.in_(part))))
    return found


def _add_runs(db: Session, about: _About) -> None:
    """Who drove, cooked and delivered, and the sheets of the runs."""
    for part in _parts(sorted(about.runs)):
        for run in db.scalars(select(Run).where(Run.id.in_(part))):
            about.vendors |= {run.vendor_code, run.cooked_by or ""}
            about.kitchens.add(run.kitchen_code)
            about.drivers.add(run.driver_code)
            about.subjects.add(f"sheet/{sheet_code(run.version_id, run.number)}")


def _add_counts(db: Session, about: _About, named: dict[str, list[str]]) -> None:
    """What the kitchen counted back of the meals that the evidence names, and how the counters closed."""
    for each in named.get("returned", ()):
        day, _slash, slot = each.partition("/")
        query = select(ReturnedMeals.id).where(ReturnedMeals.day == date.fromisoformat(day), ReturnedMeals.slot == slot)
        of = ReturnedMeals.kitchen_code.in_(sorted(about.kitchens))
        about.subjects |= {f"returned/{number}" for number in db.scalars(query.where(of) if about.kitchens else query)}
    closings = [int(each) for each in named.get("closing", ())]
    if closings:
        for row in db.scalars(select(StationClosing).where(StationClosing.id.in_(closings))):
            about.subjects.add(f"station/{row.station_code}/{row.day}/{row.slot}")


def _acts(db: Session, subjects: set[str], account_id: int | None) -> Iterator[tuple[str, str]]:
    """(action, role) of what the account did to these subjects."""
    if account_id is not None:
        for part in _parts(sorted(subjects)):
            query = select(AuditEvent.action, AuditEvent.role).where(AuditEvent.subject.in_(part))
            yield from db.execute(query.where(AuditEvent.account_id == account_id).distinct()).tuples()


def _in_bulk(db: Session, runs: frozenset[int], account_id: int | None) -> bool:
    """Whether the account wrote records for several runs at once, some of these among them."""
    if account_id is None or not runs:
        return False
    event = AuditEvent
    mine = select(event.subject).where(event.account_id == account_id, event.action == "delivery.recorded")
    spans = [span(subject) for subject in db.scalars(mine.where(event.subject.startswith("runs/")))]
    return any(each is not None and each[0] <= run <= each[1] for each in spans for run in runs)


def _own_house(db: Session, about: _About, by: Actor) -> bool:
    account = db.get(Account, by.account_id) if by.account_id is not None else None
    scope = by.scope
    kitchens = {scope.kitchen, account.kitchen_code if account else None} - {None, ""}
    drivers = {scope.driver, account.driver_code if account else None} - {None, ""}
    stations = {scope.station, account.station_code if account else None} - {None, ""}
    vendors: set[str | None] = {scope.vendor, account.vendor_code if account else None}
    if kitchens:
        vendors |= set(db.scalars(select(Kitchen.vendor_code).where(Kitchen.code.in_(kitchens))))
    if drivers:
        vendors |= set(db.scalars(select(Driver.vendor_code).where(Driver.code.in_(drivers))))
    return bool(
        (vendors - {None, ""}) & about.vendors or kitchens & about.kitchens or drivers & about.drivers or stations & about.stations
    )  # fmt: skip


def _parts(several: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (several[begin : begin + _PART] for begin in range(0, len(several), _PART))
