"""Cash from doors and counters: expected from the records, handed in to a cashier, differences explained by name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.core.once import insert_new
from mealroute.core.text import mask_name
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanVisit
from mealroute.residents.models import Resident
from mealroute.subsidy import cash_models
from mealroute.subsidy.cash_records import CashEntry, CashLine, CashState, Purse
from mealroute.vendors.models import Driver, Station

MAX_NOTE = 500


def purses(db: Session, first: date, last: date, *, scope: Scope, run_id: int | None = None) -> tuple[Purse, ...]:
    """Every route, and every counter on it, that took cash or handed some in on these days; by day, meal and route.

    A vendor sees its own drivers, a kitchen the routes that load there, a station its counter; who has certain streets sees the purses all of
    whose cash came from there. Four statements.
    """
    where = [Run.day >= first, Run.day <= last] + ([] if run_id is None else [Run.id == run_id])
    taken = (
        select(Run.id, PlanVisit.station_code, BookLine.street_code, func.sum(Proof.cash_collected_fen), func.count())
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .where(*where, current(), Proof.cash_collected_fen > 0)
        .group_by(Run.id, PlanVisit.station_code, BookLine.street_code)
    )
    sums: dict[tuple[int, str], list[tuple[str, int, int]]] = defaultdict(list)
    for run, station, street, amount, count in db.execute(taken):
        sums[run, station].append((street, int(amount), count))
    entries: dict[tuple[int, str], list[CashEntry]] = defaultdict(list)
    written = select(cash_models.CashEntry).join(Run, Run.id == cash_models.CashEntry.run_id).where(*where)
    for one in db.scalars(written.order_by(cash_models.CashEntry.id)):
        entries[one.run_id, one.station_code].append(
            CashEntry(kind=one.kind, amount_fen=one.amount_fen, note=one.note, by_name=one.by_name, at=one.at)
        )
    keys = {*sums, *entries}
    runs = {row.id: row for row in db.scalars(select(Run).where(*where))} if keys else {}
    names = dict(db.execute(select(Driver.code, Driver.name)).tuples().all())
    stations = dict(db.execute(select(Station.code, Station.name)).tuples().all())
    found = []
    for run, station in sorted(keys, key=lambda key: (runs[key[0]].day, runs[key[0]].slot, runs[key[0]].number, key)):
        row, parts = runs[run], sums.get((run, station), [])
        purse = Purse(
            run_id=run, station_code=station, route_no=row.number, day=row.day, slot=row.slot, driver_code=row.driver_code,
            holder=stations.get(station, station) if station else mask_name(names.get(row.driver_code, row.driver_code)),
            vendor_code=row.vendor_code, kitchen_code=row.kitchen_code, expected_fen=sum(part[1] for part in parts),
            payments=sum(part[2] for part in parts), streets=frozenset(part[0] for part in parts),
            entries=tuple(entries.get((run, station), ())),
        )  # fmt: skip
        if within(purse, scope):
            found.append(purse)
    return tuple(found)


def within(purse: Purse, scope: Scope) -> bool:
    """Whether somebody with this scope may see the purse."""
    if scope.driver is not None:
        return not purse.station_code and purse.driver_code == scope.driver
    if scope.station is not None:
        return purse.station_code == scope.station
    if scope.kitchen is not None:
        return not purse.station_code and purse.kitchen_code == scope.kitchen
    if scope.vendor is not None:
        return not purse.station_code and purse.vendor_code == scope.vendor
    return scope.streets is None or (bool(purse.streets) and purse.streets <= scope.streets)


def open_purses(found: Iterable[Purse]) -> tuple[Purse, ...]:
    """Those of which something is missing or too much, without words."""
    return tuple(purse for purse in found if purse.state is CashState.OPEN)


def purse(db: Session, run_id: int, station_code: str, *, scope: Scope) -> Purse:
    """One purse. Raises NotFound ``cash-not-found``, also where it lies outside the scope."""
    day = db.scalar(select(Run.day).where(Run.id == run_id))
    if day is not None:
        for found in purses(db, day, day, scope=scope, run_id=run_id):
            if found.station_code == station_code:
                return found
    raise NotFound("cash-not-found", _("No cash was taken on this route."))


def lines(db: Session, found: Purse) -> tuple[CashLine, ...]:
    """What makes up the sum that is expected."""
    query = (
        select(
            Proof.id, BookLine.order_id, Resident.id, Resident.code, Resident.name, Proof.cash_collected_fen,
            func.coalesce(Proof.made_at, Proof.server_at), Proof.by_name,
        )
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .where(Proof.run_id == found.run_id, PlanVisit.station_code == found.station_code, current(), Proof.cash_collected_fen > 0)
        .order_by(Proof.id)
    )  # fmt: skip
    return tuple(
        CashLine(
            proof_id=row[0], order_id=row[1], resident_id=row[2], resident_code=row[3], resident_name=mask_name(row[4]),
            amount_fen=row[5], at=row[6], by_name=row[7],
        )
        for row in db.execute(query)
    )  # fmt: skip


def hand_in(
    db: Session, run_id: int, station_code: str, *, amount_fen: Fen, note: str, request_id: str, by: Actor, clock: Clock
) -> bool:
    """A cashier receives cash. A negative amount corrects an earlier entry and needs a note. False = it was written before.

    Raises
    ------
    MealrouteError
        ``cash-not-found``, ``amount-not-positive``, ``reason-needed`` (a correction without a word), ``cash-below-zero``.
    """
    found = purse(db, run_id, station_code, scope=by.scope)
    if amount_fen == 0:
        raise MealrouteError(
            "amount-not-positive", _("The amount must be more than nothing."), _("Enter an amount in yuan.")
        )
    if amount_fen < 0 and not note.strip():
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    if found.handed_fen + amount_fen < 0:
        raise MealrouteError("cash-below-zero", _("Less than nothing would have been handed in."), _("Correct at most what was entered."))  # fmt: skip
    return _write(db, found, "handed", amount_fen, note, request_id, by=by, clock=clock)


def explain(
    db: Session, run_id: int, station_code: str, *, sentence: str, request_id: str, by: Actor, clock: Clock
) -> bool:
    """Words for what is missing or too much, as it is now: what happened, and who bears it. False = written before.

    Raises
    ------
    MealrouteError
        ``cash-not-found``, ``sentence-missing``, ``nothing-to-explain``.
    """
    found = purse(db, run_id, station_code, scope=by.scope)
    if not sentence.strip():
        raise MealrouteError(
            "sentence-missing", _("An explanation needs a sentence: what happened, and who bears the amount.")
        )
    if found.difference_fen == 0:
        raise NotFound("nothing-to-explain", _("Nothing is missing: what was taken was handed in."))
    return _write(db, found, "explained", found.difference_fen, sentence, request_id, by=by, clock=clock)


def _write(
    db: Session, found: Purse, kind: str, amount_fen: Fen, note: str, request_id: str, *, by: Actor, clock: Clock
) -> bool:
    if not request_id.strip():
        raise ValueError("a request id is needed")
    values: dict[str, Any] = {
        "natural_key": request_id.strip()[:64], "run_id": found.run_id, "station_code": found.station_code, "kind": kind,
        "amount_fen": amount_fen, "note": note.strip()[:MAX_NOTE], "by_name": by.name, "at": clock.now(),
    }  # fmt: skip
    new = bool(insert_new(db, cash_models.CashEntry, [values], cash_models.CashEntry.id))
    if new:
        audit.record(
            db, by=by, clock=clock, action=f"cash.{kind}", subject=found.key, reason=note.strip(),
            detail={"amount_fen": amount_fen, "expected_fen": found.expected_fen},
        )  # fmt: skip
    return new
