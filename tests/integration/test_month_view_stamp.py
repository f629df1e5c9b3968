"""Whatever arrives for a month or is edited of it makes its stamp another one, and the kind of it is named; what is not its business does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.models import Street
from mealroute.checks.models import CheckFinding, CheckFindingLine
from mealroute.delivery.aside_models import ProofAside
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Outcome
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.kitchen.models import PackedTrip
from mealroute.orders.models import BookLine, Order, OrderBook, Payment
from mealroute.planning.models import PlanVersion, PlanVisit
from mealroute.residents.models import Pause, Resident, ResidentCategory, ResidentDiet, ResidentFact, StateChange
from mealroute.settlement import service, view_keeping
from mealroute.settlement.models import ChainWord
from mealroute.settlement.records import Step
from mealroute.settlement.simulate import close_month
from mealroute.settlement.view_records import Stamp, arrived
from mealroute.subsidy.models import Explanation, Period
from mealroute.subsidy.payers import Payer, payer_of
from mealroute.subsidy.site_models import SiteAgreement, SiteApplication, SiteFigure
from mealroute.swipes.models import MealCard, SwipeNote
from mealroute.vendors.models import Driver, Kitchen, Station, Vendor
from tests.integration.close_world import FEBRUARY, MARCH_DAY, MONDAY, PAYER, Close, make_close
from tests.integration.month_view_world import count_aboard, hand_in, row, swiped
from tests.integration.settlement_world import STREET
from tests.unit.subsidy.books import book, rule

Happens = Callable[[Close], object]


def stamp(close: Close, who: Payer | None = None) -> Stamp:
    close.db.flush()
    return view_keeping.stamp_now(close.db, who or payer_of(close.db, PAYER), FEBRUARY)


@pytest.fixture
def close(db: Session) -> Close:
    """A month with one of everything that people edit."""
    made = make_close(db)
    made.doors()
    person = made.world.residents[0]
    made.world.pause(person, date(2026, 2, 20), date(2026, 2, 20))
    row(db, ResidentCategory, resident_id=person, category="special")
    row(db, ResidentDiet, resident_id=person, diet="soft")
    row(db, Kitchen, code="K01", vendor_code="V01")
    row(db, Driver, code="D01", vendor_code="V01", kitchen_code="K01", shift_end_s=2)
    row(db, Station, code="S01", street_code=STREET)
    row(db, Order, natural_key="stray", resident_id=person, day=MONDAY, slot="dinner", state="cancelled")
    return made


def _edit(model: Any, column: str, value: object) -> Happens:
    """The first row of a table gets another value."""

    def happen(close: Close) -> None:
        found = close.db.scalars(select(model).order_by(next(iter(model.__table__.primary_key)))).first()
        assert found is not None
        assert getattr(found, column) != value
        setattr(found, column, value)

    return happen


def _person(close: Close) -> int:
    return close.world.residents[0]


def _proof(close: Close) -> int:
    return close.db.scalars(select(Proof.id).order_by(Proof.id)).first() or 0


def _book(close: Close) -> None:
    world = close.world
    world.line(world.book(date(2026, 2, 4)), world.order(_person(close), date(2026, 2, 4)))


def _amend(close: Close) -> None:
    line = close.db.get_one(BookLine, close.lines[0])
    close.world.amend(line.book_id, close.db.get_one(Order, line.order_id), "cancel", close.clock.at, cancels=line.id)


def _payment(close: Close) -> None:
    line = close.db.get_one(BookLine, close.lines[0])
    row(close.db, Payment, natural_key="more", order_id=line.order_id, kind="refund", amount_fen=5)


def _transfer(close: Close) -> None:
    visit = close.db.scalars(select(PlanVisit.id).order_by(PlanVisit.id)).first()
    row(close.db, StopTransfer, from_run_id=close.runs[0], visit_id=visit, kind="person", to_run_id=None)


def _explained(close: Close) -> None:
    row(close.db, Explanation, period_id=_period(close), book_line_id=close.lines[0], portions=1, automatic=False)


def _period(close: Close, month: str = FEBRUARY) -> int:
    known = close.db.scalar(select(Period.id).where(Period.payer == PAYER, Period.month == month))
    return known or int(row(close.db, Period, payer=PAYER, month=month, totals={}).id)


def _found(close: Close) -> None:
    finding = row(
        close.db, CheckFinding, natural_key="f", month=FEBRUARY, code="door-pace", severity="block", state="open", params={}, evidence=[]
    )  # fmt: skip
    row(close.db, CheckFindingLine, finding_id=finding.id, book_line_id=close.lines[0])


ARRIVALS: list[tuple[str, str, Happens]] = [
    ("books", "a closed book", _book),
    ("books", "an open book", lambda close: close.world.book(date(2026, 2, 5), state="open")),
    ("books", "a book that closes", _edit(OrderBook, "state", "open")),
    ("amendments", "a cancelled line", _amend),
    ("orders", "an order", lambda close: close.world.order(_person(close), date(2026, 2, 6))),
    ("orders", "a state", _edit(Order, "state", "cancelled")),
    ("orders", "a means", _edit(Order, "pay_means", "cash-at-door")),
    ("orders", "a channel", _edit(Order, "channel", "paper")),
    ("orders", "a quantity", _edit(Order, "quantity", 2)),
    ("orders", "a part", _edit(Order, "resident_part_fen", 1)),
    ("payments", "money back", _payment),
    ("plans", "a withdrawn version", _edit(PlanVersion, "state", "withdrawn")),
    ("plans", "a version", lambda close: close.world.publish(date(2026, 2, 7), close.lines[-1:])),
    ("runs", "a run withdrawn", _edit(Run, "state", "withdrawn")),
    ("runs", "who cooked", _edit(Run, "cooked_by", "V09")),
    ("runs", "who delivered", _edit(Run, "vendor_code", "V09")),
    ("runs", "who drove", _edit(Run, "driver_code", "D09")),
    ("runs", "a stop given away", _transfer),
    ("doors", "a record corrected", lambda close: close.record(1, Outcome.REFUSED)),
    ("doors", "a record set aside", lambda close: row(close.db, ProofAside, proof_id=_proof(close), kind="reopened")),
    ("evidence", "a photo", lambda close: row(close.db, Evidence, proof_id=_proof(close), kind="photo")),
    ("swipes", "a swipe", swiped),
    ("swipes", "words about a swipe", lambda close: row(close.db, SwipeNote)),
    ("swipes", "a card", lambda close: row(close.db, MealCard, resident_id=_person(close))),
    ("cash", "cash handed in", hand_in),
    ("trips", "a driver's count", lambda close: count_aboard(close, 3)),
    ("trips", "a kitchen's tick", lambda close: row(close.db, PackedTrip, day=MONDAY, slot="lunch")),
    ("people", "a death", lambda close: row(close.db, StateChange, resident_id=_person(close), state="deceased")),
    ("people", "a dated fact", lambda close: row(close.db, ResidentFact, resident_id=_person(close), name="living")),
    ("people", "a pause", lambda close: close.world.pause(_person(close), MONDAY, None)),
    ("people", "a pause taken back", _edit(Pause, "cancelled_at", datetime(2026, 3, 1, tzinfo=UTC))),
    ("people", "a pause that ends later", _edit(Pause, "ends_on", None)),
    ("people", "a category ended", _edit(ResidentCategory, "valid_to", MONDAY)),
    ("people", "a diet ended", _edit(ResidentDiet, "valid_to", MONDAY)),
    *(
        ("people", column, _edit(Resident, column, value))
        for column, value in (
            ("birth_date", date(1999, 1, 1)), ("living", "with_spouse"), ("basic_service", False), ("basic_service_from", MONDAY),
            ("ability_level", 3), ("assessment_valid_until", MONDAY), ("registration", "elsewhere"), ("address_key", "other"), ("code", "X1"),
            ("id_number_index", "other"),
        )
    ),
    ("register", "a zone", _edit(Street, "zone", "far")),
    ("register", "a star", _edit(Vendor, "star", 4)),
    ("register", "a kitchen's vendor", lambda close: (row(close.db, Vendor, code="V09"), _edit(Kitchen, "vendor_code", "V09")(close))),
    ("register", "a volunteer", _edit(Driver, "volunteer", True)),
    ("register", "a kind of station", _edit(Station, "kind", "other")),
    ("register", "an agreement", lambda close: row(close.db, SiteAgreement, station_code="S01", resident_id=_person(close), kind="signed")),
    ("register", "a figure of a site", lambda close: row(close.db, SiteFigure, station_code="S01")),
    ("register", "an application", lambda close: row(close.db, SiteApplication, station_code="S01")),
    ("other-months", "another month", lambda close: _period(close, "2026-01")),
    ("explanations", "an explanation", _explained),
    ("words", "words about a count", lambda close: row(close.db, ChainWord, month=FEBRUARY, account_id=close.four.preparer.account_id)),
    ("findings", "a block", _found),
]  # fmt: skip


def test_whatever_arrives_is_told_by_its_kind(close: Close) -> None:
    before = stamp(close)
    unseen = []
    for kind, what, happens in ARRIVALS:
        with close.db.begin_nested() as point:
            happens(close)
            if kind not in {one.kind for one in arrived(before, stamp(close))}:
                unseen.append((kind, what))
            point.rollback()
        close.db.expire_all()
    assert unseen == []
    assert stamp(close) == before


def test_every_kind_of_record_has_an_example_here(close: Close) -> None:
    assert set(stamp(close)) - {kind for kind, _what, _happens in ARRIVALS} == {"closing", "corrections", "rules"}


def test_orders_with_high_numbers_are_weighed_too(close: Close) -> None:
    row(
        close.db,
        Order,
        id=2_000_000_000,
        natural_key="high",
        resident_id=_person(close),
        day=MONDAY,
        slot="dinner",
        quantity=3_000,
    )
    before = stamp(close)
    close.db.get_one(Order, 2_000_000_000).quantity = 2_999
    assert [one.kind for one in arrived(before, stamp(close))] == ["orders"]


def test_nothing_having_happened_nothing_has_arrived(close: Close) -> None:
    assert arrived(stamp(close), stamp(close)) == ()


def test_records_that_can_be_counted_are(close: Close) -> None:
    before = stamp(close)
    close.record(0, Outcome.REFUSED)
    close.record(1, Outcome.REFUSED)
    _payment(close)
    found = {one.kind: one.count for one in arrived(before, stamp(close))}
    assert (found["doors"], found["payments"]) == (2, 1)


def test_days_of_other_months_are_not_its_business(close: Close) -> None:
    before = stamp(close)
    world = close.world
    line = world.line(world.book(MARCH_DAY), world.order(world.residents[0], MARCH_DAY))
    world.publish(MARCH_DAY, [line])
    swiped(close, MARCH_DAY)
    row(close.db, PackedTrip, day=MARCH_DAY, slot="lunch")
    assert arrived(before, stamp(close)) == ()


def test_signing_a_street_leaves_the_figures_of_this_moment(close: Close) -> None:
    service.prepare(close.db, PAYER, FEBRUARY, by=close.four.preparer, clock=close.clock)
    before = stamp(close)
    service.sign(close.db, PAYER, FEBRUARY, [STREET], by=close.four.checker, clock=close.clock)
    assert arrived(before, stamp(close)) == ()


def test_corrections_put_forward_and_sent_back_are_told(close: Close) -> None:
    close_month(close.db, PAYER, "2026-01", close.four, clock=close.clock)
    for month in (FEBRUARY, "2026-03"):
        close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
        if month == FEBRUARY:
            close_month(close.db, PAYER, FEBRUARY, close.four, clock=close.clock)
            close.record(0, Outcome.REFUSED)
    who = payer_of(close.db, PAYER)
    before = view_keeping.stamp_now(close.db, who, "2026-03")
    service.prepare(close.db, PAYER, "2026-03", by=close.four.preparer, clock=close.clock)
    prepared = view_keeping.stamp_now(close.db, who, "2026-03")
    assert [one.kind for one in arrived(before, prepared)] == ["corrections"]
    service.send_back(
        close.db,
        PAYER,
        "2026-03",
        acting=Step.CHECK,
        to=Step.PREPARE,
        reason="再看",
        by=close.four.checker,
        clock=close.clock,
    )
    assert [one.kind for one in arrived(prepared, view_keeping.stamp_now(close.db, who, "2026-03"))] == ["corrections"]


def test_other_rules_and_other_streets_are_told(close: Close) -> None:
    before = stamp(close)
    own = payer_of(close.db, PAYER)
    rules = book(rule("other", "resident", "meal", '{fixed: "3.00"}'))
    assert "rules" in {one.kind for one in arrived(before, stamp(close, Payer(rules=rules)))}
    assert "rules" in {
        one.kind for one in arrived(before, stamp(close, Payer(rules=own.rules, streets=frozenset({STREET}))))
    }
