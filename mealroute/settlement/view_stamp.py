"""From which records a month was reckoned: counts of what is only ever added to, fingerprints of what people edit. Some thirty short statements.

Two stamps are equal where a month would be reckoned from the same records. Rows of append-only tables are described by their number and the highest
one; orders, which are edited while their book is open, by sums over their numbers and amounts; short tables go in whole. A
test holds that a reckoning reads no table that is not looked at here, or written once with a row that is.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.areas.models import Street
from mealroute.core.bulk import rows
from mealroute.delivery.aside_models import ProofAside
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.loading_models import LoadingCheck, LoadingCount
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.kitchen.models import PackedTrip
from mealroute.orders.models import Amendment, BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanLine, PlanVersion
from mealroute.residents.loading import category_table
from mealroute.residents.models import Pause, Resident, ResidentCategory, ResidentDiet, ResidentFact, StateChange
from mealroute.settlement import holding
from mealroute.settlement.lasting import lasting
from mealroute.settlement.models import ChainWord
from mealroute.settlement.view_records import Stamp
from mealroute.subsidy.cash_models import CashEntry
from mealroute.subsidy.models import Explanation, Period
from mealroute.subsidy.payers import Payer
from mealroute.subsidy.rows import month_days
from mealroute.subsidy.site_models import SiteAgreement, SiteApplication, SiteFigure
from mealroute.swipes.models import MealCard, Swipe, SwipeBatch, SwipeNote
from mealroute.vendors.models import Driver, Kitchen, Station, Vendor

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class _Month:
    """What is asked for."""

    db: Session
    who: Payer
    month: str
    first: date
    last: date
    period: int | None

    def days(self, column: InstrumentedAttribute[date]) -> tuple[Any, Any]:
        return column >= self.first, column <= self.last


Asked = Iterable[Select[Any]]
"""Queries whose first column counts records; the rest is what would be otherwise if one of them were."""


def stamp(db: Session, who: Payer, month: str, forward: object) -> Stamp:
    """The month's records as they stand. ``forward``: the corrections that its last preparation puts forward.

    Raises
    ------
    MealrouteError
        ``month-invalid``.
    """
    own = select(Period.id, Period.state).where(Period.payer == who.code, Period.month == month)
    period, state = db.execute(own).one_or_none() or (None, "open")
    asked = _Month(db, who, month, *month_days(month), period)
    found: dict[str, tuple[int, str]] = {}
    for kind, queries in KINDS.items():
        counted = [tuple(row) for query in queries(asked) for row in rows(db, query)]
        found[kind] = sum(int(row[0]) for row in counted), _mark(sorted(map(str, counted)))
    found["findings"] = 0, _mark(sorted(holding.blocks_of(db, month).items()))
    found["corrections"] = 0, _mark(forward)
    found["closing"] = 0, state
    found["rules"] = 0, _mark((who.rules, category_table(), sorted(who.streets or ()), who.rest))
    return found


def meals(db: Session, month: str) -> int:
    """The lines in a month's closed books, of whatever payer: how much there is to reckon."""
    first, last = month_days(month)
    query = select(func.count()).select_from(BookLine).join(OrderBook, OrderBook.id == BookLine.book_id)
    return db.scalar(query.where(OrderBook.day >= first, OrderBook.day <= last, OrderBook.state == "closed")) or 0


@cache
def program() -> str:
    """A fingerprint of the program itself: another one might reckon otherwise, or read what was kept in another way."""
    found = hashlib.sha256()
    for file in sorted(ROOT.rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


def _mark(content: object) -> str:
    return hashlib.sha256(lasting(content).encode()).hexdigest()


def _added(model: Any) -> Select[Any]:
    """How many rows of a table that is only added to, and the highest number."""
    return select(func.count(), func.max(model.id)).select_from(model)


def _whole(count: int, *columns: Any) -> Select[Any]:
    """Every row of a short table; ``count`` 0 where nobody would count them."""
    return select(literal(count), *columns)


def _books(asked: _Month) -> Asked:
    yield _whole(1, OrderBook.id, OrderBook.day, OrderBook.slot, OrderBook.state).where(*asked.days(OrderBook.day))
    yield _added(BookLine).join(OrderBook, OrderBook.id == BookLine.book_id).where(*asked.days(OrderBook.day))


def _amendments(asked: _Month) -> Asked:
    yield _added(Amendment).join(OrderBook, OrderBook.id == Amendment.book_id).where(*asked.days(OrderBook.day))


def _orders(asked: _Month) -> Asked:
    """Sums over rows that may be edited, each with a weight of its own, so that no two changes make up for each other."""
    number, quantity = cast(Order.id, BigInteger), cast(Order.quantity, BigInteger)
    weight = (number * 48_271) % 65_521 + 1
    amounts = func.sum(weight * (quantity * 1_000_003 + Order.resident_part_fen))
    groups = Order.state, Order.channel, Order.pay_means
    columns: list[Any] = [func.count(), func.sum(Order.id), amounts, *groups]
    yield select(*columns).where(*asked.days(Order.day)).group_by(*groups)


def _payments(asked: _Month) -> Asked:
    yield _added(Payment).join(Order, Order.id == Payment.order_id).where(*asked.days(Order.day))


def _plans(asked: _Month) -> Asked:
    days = asked.days(PlanVersion.day)
    yield _whole(1, PlanVersion.id, PlanVersion.number, PlanVersion.state).where(*days)
    written = _added(PlanLine).join(PlanVersion, PlanVersion.id == PlanLine.version_id)
    yield written.where(*days, PlanVersion.state != "draft")


def _runs(asked: _Month) -> Asked:
    days = asked.days(Run.day)
    yield _whole(1, Run.id, Run.number, Run.state, Run.vendor_code, Run.cooked_by, Run.driver_code, Run.kitchen_code, Run.vehicle_code, Run.route_id
    ).where(*days)  # fmt: skip
    yield _added(StopTransfer).join(Run, Run.id == StopTransfer.from_run_id).where(*days)


def _doors(asked: _Month) -> Asked:
    days = asked.days(Run.day)
    yield _added(Proof).join(Run, Run.id == Proof.run_id).where(*days)
    yield _added(ProofAside).join(Proof, Proof.id == ProofAside.proof_id).join(Run, Run.id == Proof.run_id).where(*days)


def _evidence(asked: _Month) -> Asked:
    query = _added(Evidence).join(Proof, Proof.id == Evidence.proof_id).join(Run, Run.id == Proof.run_id)
    yield query.where(*asked.days(Run.day))


def _swipes(asked: _Month) -> Asked:
    yield _added(Swipe).where(*asked.days(Swipe.day))
    yield _added(SwipeBatch).where(SwipeBatch.last_day >= asked.first, SwipeBatch.first_day <= asked.last)
    yield _added(SwipeNote)
    yield _added(MealCard)


def _cash(asked: _Month) -> Asked:
    yield _added(CashEntry).join(Run, Run.id == CashEntry.run_id).where(*asked.days(Run.day))


def _trips(asked: _Month) -> Asked:
    yield _added(PackedTrip).where(*asked.days(PackedTrip.day))
    checks = _added(LoadingCheck).join(Run, Run.id == LoadingCheck.run_id).where(*asked.days(Run.day))
    yield checks
    counts = _whole(0, func.count(), func.max(LoadingCount.id)).select_from(LoadingCount)
    counts = counts.join(LoadingCheck, LoadingCheck.id == LoadingCount.check_id)
    yield counts.join(Run, Run.id == LoadingCheck.run_id).where(*asked.days(Run.day))


def _people(_asked: _Month) -> Asked:
    """Everybody in the ledger: rules on whole months ask for those who did not eat as well."""
    yield _whole(0, Resident.id, Resident.code, Resident.birth_date, Resident.address_key, Resident.street_code, Resident.living,
        Resident.basic_service, Resident.basic_service_from, Resident.ability_level, Resident.assessment_valid_until, Resident.registration,
        Resident.id_number_index,
    )  # fmt: skip
    yield _added(StateChange)
    yield _added(ResidentFact)
    yield _whole(1, Pause.id, Pause.resident_id, Pause.starts_on, Pause.ends_on, Pause.reason, Pause.cancelled_at)
    yield _whole(1, ResidentCategory.id, ResidentCategory.resident_id, ResidentCategory.category, ResidentCategory.valid_from, ResidentCategory.valid_to
    )  # fmt: skip
    yield _whole(1, ResidentDiet.id, ResidentDiet.resident_id, ResidentDiet.diet, ResidentDiet.strict, ResidentDiet.valid_from, ResidentDiet.valid_to
    )  # fmt: skip


def _register(_asked: _Month) -> Asked:
    yield _whole(0, Street.code, Street.district_code, Street.zone)
    yield _whole(0, Vendor.code, Vendor.star)
    yield _whole(0, Kitchen.code, Kitchen.vendor_code)
    yield _whole(0, Driver.code, Driver.name, Driver.volunteer)
    yield _whole(0, Station.code, Station.name, Station.kind, Station.street_code, Station.operator_vendor_code)
    yield _added(SiteAgreement)
    yield _added(SiteFigure)
    yield _added(SiteApplication)


def _other_months(asked: _Month) -> Iterator[Select[Any]]:
    """What caps that began before the month count: a closed month never changes, an open one has a digest of its lines."""
    query = _whole(0, Period.id, Period.payer, Period.month, Period.state, Period.lines_digest)
    yield query if asked.period is None else query.where(Period.id != asked.period)


def _explanations(asked: _Month) -> Asked:
    query = _whole(1, Explanation.book_line_id, Explanation.code, Explanation.portions, Explanation.automatic)
    yield query.where(Explanation.period_id == (asked.period or 0))


def _words(asked: _Month) -> Asked:
    yield _added(ChainWord).where(ChainWord.month == asked.month)


KINDS: Mapping[str, Callable[[_Month], Asked]] = {
    "books": _books, "amendments": _amendments, "orders": _orders, "payments": _payments, "plans": _plans, "runs": _runs, "doors": _doors,
    "evidence": _evidence, "swipes": _swipes, "cash": _cash, "trips": _trips, "people": _people, "register": _register,
    "other-months": _other_months, "explanations": _explanations, "words": _words,
}  # fmt: skip
"""Kind of record → what is asked of it."""
