"""A resident's month in money, and from any figure to its lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.errors import NotFound
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.orders.models import Payment
from mealroute.subsidy import line_queries, service, vendor_statement
from mealroute.subsidy.person_statement import MealRow, PersonStatement, person_statement, print_statement
from mealroute.subsidy.vendor_statement import station_statement
from mealroute.vendors.models import Station
from tests.integration.settlement_world import STREET, World, make_world

MONDAY, TUESDAY, WEDNESDAY = date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 4)
PAYER, MONTH = "dongcheng", "2026-02"
CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
ALL = Scope.everything()
OFFICER = Actor(account_id=None, name="周航", role=Role.FINANCE, scope=ALL)


class Month:
    """Three lunches: eaten and paid; eaten, two portions, one owed; paid and not brought. Another person beside."""

    def __init__(self, db: Session) -> None:
        self.db, self.world = db, make_world(db)
        world: World = self.world
        self.who, self.other = world.resident(), world.resident(name="李秀英")
        self.first = self.day(MONDAY, world.order(self.who, MONDAY), Outcome.HANDED_OVER)
        self.day(
            TUESDAY,
            world.order(self.who, TUESDAY, quantity=2, resident_part_fen=2900, paid_fen=1200),
            Outcome.HANDED_OVER,
        )
        self.third = world.order(self.who, WEDNESDAY)
        self.day(WEDNESDAY, self.third, Outcome.REFUSED)

    def day(self, day: date, order: object, outcome: Outcome) -> int:
        book = self.world.book(day)
        lines = [self.world.line(book, order), self.world.line(book, self.world.order(self.other, day))]  # type: ignore[arg-type]
        run = self.world.publish(day, lines)
        for line, what in zip(lines, (outcome, Outcome.HANDED_OVER), strict=True):
            entry = ProofInput(client_id=str(uuid4()), run_id=run, book_line_id=line, outcome=what, by_name="刘建国")
            delivery.record_proof(self.db, entry, by=SYSTEM, clock=CLOCK)
        return lines[0]

    def found(self, scope: Scope = ALL) -> PersonStatement:
        return person_statement(self.db, self.who, MONTH, scope=scope, clock=CLOCK)


@pytest.fixture
def month(db: Session) -> Month:
    return Month(db)


def figures(row: MealRow) -> tuple[int, int, int, int, int]:
    return row.portions, row.price_fen, row.subsidy_fen, row.paid_fen, row.owed_fen


def test_each_meal_says_price_subsidy_paid_and_owed(month: Month) -> None:
    rows = month.found().rows
    assert [row.day for row in rows] == [MONDAY, TUESDAY, WEDNESDAY]
    assert [figures(row) for row in rows] == [
        (1, 1700, 500, 1200, 0),
        (2, 3400, 500, 1200, 1700),
        (0, 0, 0, 1200, -1200),
    ]
    assert [part.document_no for part in rows[0].subsidies] == ["京民养老发〔2022〕69号"]
    assert rows[0].payments[0].means == "card"


def test_the_month_is_the_sum_of_its_meals(month: Month) -> None:
    found = month.found()
    assert (found.portions, found.price_fen, found.subsidy_fen, found.paid_fen, found.owed_fen) == (
        3,
        5100,
        1000,
        3600,
        500,
    )
    assert found.price_fen == found.subsidy_fen + found.paid_fen + found.owed_fen


def test_a_refund_settles_what_was_to_be_given_back(db: Session, month: Month) -> None:
    values = {"natural_key": "back", "order_id": month.third.id, "kind": "refund", "amount_fen": 1200, "means": "card"}
    db.add(Payment(**values, at=CLOCK.now(), by_name="test"))
    db.flush()
    assert [row.day for row in month.found().rows] == [MONDAY, TUESDAY]


def test_names_are_masked_until_somebody_prints_and_that_is_recorded(db: Session, month: Month) -> None:
    assert month.found().name == "王*兰"
    assert print_statement(db, month.who, MONTH, by=OFFICER, clock=CLOCK).name == "王玉兰"
    event = db.query(AuditEvent).filter_by(action="subsidy.statement-printed").one()
    assert (event.subject, event.actor) == ("resident/R0001", "周航")


def test_a_street_sees_only_its_own_residents(month: Month) -> None:
    assert month.found(Scope(streets=frozenset({STREET}))).rows
    with pytest.raises(NotFound, match="resident-not-found"):
        month.found(Scope(streets=frozenset({"110101001"})))


def test_each_figure_leads_to_its_lines_and_each_line_to_its_evidence(db: Session, month: Month) -> None:
    service.build_month(db, PAYER, MONTH, by=OFFICER, clock=CLOCK)
    number = month.found().rows[0].subsidies[0].line_id
    assert number
    found = line_queries.evidence(db, number, scope=ALL)
    assert (found.line.claim.book_line_id, found.month, found.state) == (month.first, MONTH, "open")
    assert [(part.amount_fen, part.means) for part in found.payments] == [(1200, "card")]
    with pytest.raises(NotFound, match="line-not-found"):
        line_queries.evidence(db, number, scope=Scope(streets=frozenset({"110101001"})))


def test_lines_are_narrowed_and_summed(db: Session, month: Month) -> None:
    service.build_month(db, PAYER, MONTH, by=OFFICER, clock=CLOCK)

    def find(day: date | None = None, scope: Scope = ALL, size: int = 100, **asked: str) -> line_queries.Selection:
        return line_queries.find(db, PAYER, MONTH, asked, day, scope=scope, page=1, size=size)

    everything = find()
    assert (everything.count, everything.amount_fen) == (10, 5 * 500 + 5 * 300)
    assert dict(everything.shares) == {"city": 2000, "district": 2000}
    assert len(find(size=3).lines) == 3
    assert find(rule_id="bj-meal-resident").amount_fen == 2500
    assert {line.claim.day for line in find(MONDAY).lines} == {MONDAY}
    assert find(resident_code="R0001").count == 4
    assert find(scope=Scope(streets=frozenset())).count == 0
    assert find(nonsense="x").count == 10


@pytest.mark.parametrize("few", [0, 3_000])
def test_a_station_has_a_statement_of_the_meals_that_it_handed_out(
    db: Session, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(vendor_statement, "FEW", few)
    world = make_world(db)
    db.add(Station(code="S1", name="九道湾驿站", street_code=STREET))
    db.flush()
    book = world.book(MONDAY)
    orders = [
        world.order(world.resident(), MONDAY, delivery="station", station_code="S1"),
        world.order(world.resident(), MONDAY),
    ]
    lines = [world.line(book, order) for order in orders]
    run = world.publish(MONDAY, lines)
    for line in lines:
        entry = ProofInput(
            client_id=str(uuid4()), run_id=run, book_line_id=line, outcome=Outcome.HANDED_OVER, by_name="孙丽"
        )
        delivery.record_proof(db, entry, by=SYSTEM, clock=CLOCK)
    total = station_statement(db, "S1", MONTH, clock=CLOCK).total
    assert (total.delivered, total.subsidised, total.resident_subsidy_fen, total.operator_subsidy_fen) == (
        1,
        1,
        500,
        300,
    )
    service.close_period(db, PAYER, MONTH, by=OFFICER, clock=CLOCK)
    seen: list[str] = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert station_statement(db, "S1", MONTH, clock=CLOCK).total == total
    for table, column in (("claim_person", "resident_id"), ("claim_line", "book_line_id")):
        (statement,) = (each for each in seen if f"FROM {table}" in each)
        assert f"{table}.{column} IN" in statement, "what belongs to other people is gone through"
