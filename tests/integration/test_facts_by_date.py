"""A past day is judged by what held that day: levels, registration, dwelling, zones and kinds of meal, from the ledger to the claim line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters import sheets
from mealroute.areas.service import import_areas
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.menus.models import Dish
from mealroute.menus.service import import_dishes
from mealroute.orders import service as orders
from mealroute.orders.models import BookLine, Order, StandingOrder
from mealroute.residents import queries as residents
from mealroute.residents import service as ledger
from mealroute.residents.models import ResidentFact
from mealroute.residents.records import ResidentId
from mealroute.subsidy import computing, earlier, queries, service
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.parts import Beside, Part
from mealroute.subsidy.pricing import RulebookPricing
from mealroute.subsidy.records import ClaimLineRecord, Rulebook
from mealroute.subsidy.rulebook import load_rulebook
from tests.integration.orders_world import LUNCH, MONDAY, World
from tests.integration.settlement_world import make_world
from tests.integration.test_settlement_month import MONTH, OFFICER, PAYER, Month
from tests.unit.residents.ledger import areas, bring
from tests.unit.rulebook.books import book_of, rule

ALL = Scope.everything()
FIRST, SECOND = date(2026, 2, 2), date(2026, 2, 3)
DESK = Actor(account_id=None, name="窗口", role=Role.DISTRICT, scope=ALL)


def rules(*made: dict[str, Any], **top: Any) -> Rulebook:
    return Rulebook(payer=PAYER, payer_name="东城区民政局", book=book_of(*made, **top))


def at(day: date) -> FixedClock:
    return FixedClock(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC))


def lines_by(db: Session, book: Rulebook) -> tuple[computing.Computed, tuple[ClaimLineRecord, ...]]:
    found = computing.compute(MONTH, queries.month_rows(db, MONTH), book)
    return found, found.lines


@pytest.fixture
def month(db: Session, clock: FixedClock) -> Month:
    made = Month(db, clock)
    made.doors()
    return made


def test_an_assessment_counts_from_its_day_and_the_line_keeps_the_level_of_its_day(db: Session, month: Month) -> None:
    before = {"ability_level": 1, "assessed_on": date(2025, 1, 1)}
    ledger.change_resident(db, ResidentId(month.basic), before, by=DESK, clock=at(date(2025, 1, 2)))
    after = {"ability_level": 3, "assessed_on": SECOND}
    ledger.change_resident(db, ResidentId(month.basic), after, by=DESK, clock=at(date(2026, 2, 20)))

    book = rules(rule(1, version={"when": {"ability": {"from": 2}}}))
    found, lines = lines_by(db, book)

    assert [(line.day, line.ability_level) for line in lines] == [(SECOND, 3)]
    (no,) = [one for one in found.problems if one.resident_code == "R0001"]
    assert no.day == FIRST
    assert "2" in no.sentence
    record = residents.by_ids(db, [ResidentId(month.basic)], day=FIRST)[ResidentId(month.basic)]
    assert record.ability_level == 1


def test_who_moves_into_an_institution_keeps_the_days_before(db: Session, month: Month) -> None:
    ledger.change_resident(db, ResidentId(month.basic), {"living": "institution"}, by=DESK, clock=at(SECOND))
    _found, lines = lines_by(db, load_rulebook())
    assert {line.day for line in lines if line.resident_code == "R0001"} == {FIRST}


def test_a_closed_month_is_computed_from_what_was_known_when_it_closed(db: Session, month: Month) -> None:
    clock = at(date(2026, 3, 2))
    ledger.change_resident(db, ResidentId(month.basic), {"living": "with-family"}, by=DESK, clock=at(SECOND))
    month.build()
    period = queries.period(db, PAYER, MONTH)
    assert period is not None
    kept = queries.person_facts(db, period.id)
    ledger.change_resident(
        db, ResidentId(month.basic), {"living": "institution", "registration": "110109"}, by=DESK, clock=at(FIRST)
    )

    then = queries.month_rows(db, MONTH, facts=kept)
    now = queries.month_rows(db, MONTH)

    assert then.people[month.basic, FIRST].living == "alone"
    assert now.people[month.basic, FIRST].living == "institution"
    assert (then.people[month.basic, FIRST].registration, now.people[month.basic, FIRST].registration) == ("", "110109")
    assert service.build_month(db, PAYER, MONTH, by=OFFICER, clock=clock).changed


def test_registration_comes_by_the_sheet_with_its_day_and_a_wrong_code_is_told(db: Session, clock: FixedClock) -> None:
    areas(db, clock)
    bring(db, clock, {"户籍地": "110109"})
    bring(db, clock, {"户籍地": "110101001000", "户籍起": "2026-03-05"})
    wrong = bring(db, clock, {"户籍地": "门头沟"})

    assert [one.code for one in wrong.problems] == ["not-a-place-code"]
    kept = [
        residents.by_code(db, "R1", scope=ALL, day=day).registration  # type: ignore[union-attr]
        for day in (date(2026, 3, 4), date(2026, 3, 5))
    ]
    assert kept == ["110109", "110101001"]
    assert db.scalars(select(ResidentFact.name)).all() == ["registration"]


def test_zone_and_kind_of_meal_go_from_the_sheets_into_the_book_and_the_order_price(
    db: Session, clock: FixedClock, by: Actor
) -> None:
    world = World(db)
    zones = "街道编码,街道,分区\n110101001,东华门街道,深山\n110101002,景山街道,ridge\n"
    import_areas(db, sheets.read_bytes(zones.encode(), "areas.csv"), by=SYSTEM, clock=clock)
    dishes = "编号,菜名,适合,含有,单价,餐品类别\nD1,红烧肉,普通,猪肉,16,套餐\n"
    import_dishes(db, sheets.read_bytes(dishes.encode(), "dishes.csv"), by=SYSTEM, clock=clock)
    assert db.scalar(select(Dish.kind).where(Dish.code == "D1")) == "set"
    world.resident("R1")
    world.standing("R1", pay_means="card")
    book = rules(rule(1, version={"when": {"zones": ["deep-mountain"], "meal_kinds": ["set"]}}))

    orders.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=RulebookPricing(book))

    line = db.scalars(select(BookLine)).one()
    assert (line.zone, line.meal_kind) == ("deep-mountain", "set")
    assert db.scalars(select(Order.expected_subsidy_fen)).all() == [500]


def test_zone_registration_and_kind_stand_on_the_claim_line(db: Session, clock: FixedClock) -> None:
    month = Month(db, clock)
    day = FIRST + timedelta(days=7)
    first = month.world.line(month.world.book(day), month.world.order(month.basic, day))
    values = {
        c.name: getattr(db.get_one(BookLine, first), c.name) for c in BookLine.__table__.columns if c.name != "id"
    }
    more = BookLine(**{**values, "revision": 7, "zone": "deep-mountain", "meal_kind": "set"})
    db.add(more)
    db.flush()
    month.record(month.world.publish(day, [more.id]), more.id)
    ledger.change_resident(db, ResidentId(month.basic), {"registration": "110101009"}, by=DESK, clock=at(FIRST))
    when = {"zones": ["deep-mountain"], "meal_kinds": ["set"], "registration": {"same": "district"}}

    found, lines = lines_by(db, rules(rule(1, version={"when": when})))

    (paid,) = lines
    assert {key: paid.basis[key] for key in ("zone", "meal_kind", "registration")} == {
        "zone": "deep-mountain", "meal_kind": "set", "registration": "110101009",
    }  # fmt: skip
    assert found.problems == ()


def test_a_household_cap_goes_on_over_the_edge_of_a_month(db: Session) -> None:
    world = make_world(db)
    book = rules(rule(1, unit="person-day", version={"caps": [{"per": "household", "count": 1, "every": "week"}]}))
    one = world.resident()
    from mealroute.residents.models import Resident

    db.get_one(Resident, one).address_key = "door"
    db.add(service.Period(payer=PAYER, month="2026-01", state="open"))
    db.flush()
    period = db.scalars(select(service.Period)).one()
    day = date(2026, 1, 31)
    db.add(
        ClaimLine(
            period_id=period.id, line_no=1, natural_key="r1/R0001/x", rule_id="r1", rule_version=1, document_no="x", beneficiary="resident",
            amount_fen=500, shares={"city": 500}, resident_id=one, resident_code="R0001", day=day, slot="lunch", street_code="110101005",
            vendor_code="V01", unit_price_fen=1700, resident_paid_fen=1200, copay_fen=1200, outcome="handed-over",
        )
    )  # fmt: skip
    db.flush()
    part = Part(streets=frozenset({"110101005"}), rules=book, beside=Beside.of(db, FIRST, SECOND))

    (kept,) = earlier.earlier_lines(db, day + timedelta(days=1), part)

    assert (kept.household, kept.place) == ("door", "110101005")


def test_two_meals_of_a_day_are_both_priced_by_a_rule_a_meal_and_once_by_a_rule_a_day(
    db: Session, clock: FixedClock, by: Actor
) -> None:
    world = World(db)
    world.resident("R1")
    world.standing("R1", pay_means="card")
    db.add(
        StandingOrder(
            code="O-2", resident_id=world.people["R1"].id, slot="dinner", portions=[1] * 7, channel="phone", pay_means="card", valid_from=FIRST
        )
    )  # fmt: skip
    db.flush()
    for unit, expected in (("meal", [500, 500]), ("person-day", [500, 0])):
        for slot in (MealSlot.LUNCH, MealSlot.DINNER):
            pricing = LedgerOf(db, rules(rule(1, unit=unit)))
            orders.materialise(db, MONDAY, slot, by=by, clock=clock, pricing=pricing)
        found = db.scalars(select(Order.expected_subsidy_fen).order_by(Order.slot.desc())).all()
        assert sorted(found) == sorted(expected)


class LedgerOf:
    """The ledger's pricing by rules of the test's own."""

    knows_others = True

    def __init__(self, db: Session, book: Rulebook) -> None:
        self.db, self.book = db, book

    def resident_part(self, resident: Any, day: date, slot: MealSlot, *money: int, **more: Any) -> tuple[int, int]:
        from mealroute.subsidy import pricing

        others = pricing._expecting(self.db, day, slot, *pricing.span(self.book, day))
        return RulebookPricing(self.book, others).resident_part(resident, day, slot, *money, **more)
