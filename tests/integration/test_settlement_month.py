"""From the doors to a closed month: lines, explanations, identities, files, and nothing that can change afterwards."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.rowfiles import CsvRows
from mealroute.core.slots import MealSlot
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from mealroute.subsidy import queries, service, streaming
from mealroute.subsidy.models import ClaimLine, Explanation, Period
from tests.integration.settlement_world import World, make_world

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
PAYER, MONTH = "dongcheng", "2026-02"
ALL = Scope.everything()
OFFICER = Actor(account_id=None, name="周航", role=Role.FINANCE, scope=ALL)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


def csv_of(db: Session) -> bytes:
    """The file of the whole month."""
    period = queries.period(db, PAYER, MONTH)
    assert period is not None
    out = io.BytesIO()
    layout = streaming.settlement_layout(FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)))
    file = CsvRows(out, layout)
    for batch in streaming.batches(db, streaming.conditions(period.id, scope=ALL), layout):
        file.write_batch(batch)
    return out.getvalue()


class Month:
    """Two days: claims, a self-paid second portion, a general resident, a meal at the door, one unpaid, one not planned."""

    def __init__(self, db: Session, clock: FixedClock) -> None:
        self.db, self.clock, self.world = db, clock, make_world(db)
        world: World = self.world
        self.basic, self.general, self.unpaid = world.resident(), world.resident(basic=False), world.resident()
        self.away = world.resident(name="李*", living="institution")
        book = world.book(MONDAY)
        orders = [
            world.order(self.basic, MONDAY, quantity=2, resident_part_fen=2900),
            world.order(self.general, MONDAY, resident_part_fen=1700, expected_subsidy_fen=0),
            world.order(self.unpaid, MONDAY, pay_means="cash-at-door"),
            world.order(self.away, MONDAY, resident_part_fen=1700, expected_subsidy_fen=0),
        ]
        self.monday = [world.line(book, order) for order in orders]
        self.left = world.line(book, world.order(world.resident(), MONDAY))
        self.run = world.publish(MONDAY, self.monday, unassigned=[self.left])
        book = world.book(TUESDAY)
        self.tuesday = [world.line(book, world.order(self.basic, TUESDAY))]
        self.second_run = world.publish(TUESDAY, self.tuesday)

    def doors(self, **changes: Outcome) -> None:
        for run, lines in ((self.run, self.monday), (self.second_run, self.tuesday)):
            for position, line in enumerate(lines):
                outcome = (
                    changes.get(f"line{position}", Outcome.HANDED_OVER) if run == self.run else Outcome.LEFT_AT_DOOR
                )
                self.record(run, line, outcome)
        if "line2" not in changes:  # handed over, and the purse was empty: a person says who bears it
            words = "老人未带现金，下次补收。"
            service.explain(self.db, PAYER, MONTH, self.monday[2], sentence=words, by=OFFICER, clock=self.clock)

    def record(self, run: int, line: int, outcome: Outcome = Outcome.HANDED_OVER, **changes: object) -> None:
        entry = ProofInput(client_id=str(uuid4()), run_id=run, book_line_id=line, outcome=outcome, by_name="刘建国")
        delivery.record_proof(self.db, replace(entry, **changes), by=SYSTEM, clock=self.clock)  # type: ignore[arg-type]

    def build(self) -> service.Built:
        return service.build_month(self.db, PAYER, MONTH, by=OFFICER, clock=self.clock)

    def close(self) -> object:
        return service.close_period(self.db, PAYER, MONTH, by=OFFICER, clock=self.clock)


@pytest.fixture
def month(db: Session, clock: FixedClock) -> Month:
    return Month(db, clock)


def test_the_month_agrees_from_the_order_to_the_claim(month: Month) -> None:
    month.doors()
    built = month.build()
    figures = asdict(built.figures)
    assert figures == {
        "month": MONTH, "ordered": 7, "planned": 6, "unassigned": 1, "portions_loaded": 6, "delivered": 6, "not_delivered": 0,
        "subsidised": 3, "self_paid": 2, "explained": 1, "claimed_lines": 4, "claimed_fen": 500 + 3 * 300, "copay_fen": 1200,
    }  # fmt: skip
    assert built.imbalances == ()


def test_building_twice_changes_nothing(db: Session, month: Month) -> None:
    month.doors()
    assert month.build().changed
    before = db.execute(select(ClaimLine.id, ClaimLine.line_no, ClaimLine.rule_id).order_by(ClaimLine.id)).all()
    again = month.build()
    assert not again.changed
    assert db.execute(select(ClaimLine.id, ClaimLine.line_no, ClaimLine.rule_id).order_by(ClaimLine.id)).all() == before


def test_a_later_record_from_the_door_changes_the_open_month(month: Month) -> None:
    month.doors()
    month.build()
    month.record(month.run, month.monday[0], Outcome.REFUSED)
    built = month.build()
    assert built.changed
    assert (built.figures.delivered, built.figures.not_delivered, built.figures.copay_fen) == (4, 2, 0)
    assert built.imbalances == ()


def test_a_loaded_meal_without_a_record_keeps_the_month_open(month: Month) -> None:
    month.record(month.run, month.monday[0])
    built = month.build()
    assert {entry.code for entry in built.imbalances} == {"no-record"}
    assert sum(entry.found for entry in built.imbalances) == 4
    with pytest.raises(Conflict, match="period-open-differences"):
        month.close()


def test_an_unpaid_meal_keeps_the_month_open_until_a_person_explains_it(db: Session, month: Month) -> None:
    month.doors(line2=Outcome.LEFT_AT_DOOR)
    (open_one,) = [entry for entry in month.build().imbalances if entry.code == "unexplained"]
    assert open_one.subject == f"book-line/{month.monday[2]}"
    (portion,) = service.month_statement(db, MONTH, scope=ALL).open_portions
    assert (portion.code, portion.resident_name, portion.outstanding_fen) == ("paid-nothing", "王*兰", 1700)
    with pytest.raises(MealrouteError, match="sentence-missing"):
        service.explain(db, PAYER, MONTH, portion.book_line_id, sentence=" ", by=OFFICER, clock=month.clock)
    with pytest.raises(NotFound, match="nothing-to-explain"):
        service.explain(db, PAYER, MONTH, month.monday[0], sentence="x", by=OFFICER, clock=month.clock)
    service.explain(
        db, PAYER, MONTH, portion.book_line_id, sentence="老人忘带钱，3 月由驿站代收。", by=OFFICER, clock=month.clock
    )
    assert month.build().imbalances == ()
    month.close()
    assert service.month_statement(db, MONTH, scope=ALL).explanations == {"outcome-not-claimable": 1, "paid-nothing": 1}


def test_money_that_is_owed_keeps_the_month_open_until_a_person_says_who_bears_it(db: Session, month: Month) -> None:
    for line in month.monday:
        month.record(month.run, line)
    month.record(month.second_run, month.tuesday[0])
    (owing,) = month.build().imbalances
    assert (owing.code, owing.found, owing.unit) == ("owing", 1700, "fen")
    (portion,) = service.month_statement(db, MONTH, scope=ALL).open_portions
    assert (portion.book_line_id, portion.portions, portion.outstanding_fen) == (month.monday[2], 1, 1700)
    service.explain(db, PAYER, MONTH, month.monday[2], sentence="下次补收", by=OFFICER, clock=month.clock)
    built = month.build()
    assert (built.imbalances, built.figures.explained) == ((), 0)


def test_an_order_outside_any_closed_book_keeps_the_month_open(month: Month) -> None:
    month.doors()
    month.world.order(month.basic, date(2026, 2, 4))
    (found,) = month.build().imbalances
    assert (found.code, found.found, found.day) == ("order-without-book", 1, date(2026, 2, 4))


def test_what_changes_after_the_plan_is_still_accounted_for(db: Session, month: Month) -> None:
    book = db.scalars(text("select id from order_book where day = '2026-02-02'").columns()).one()
    late = month.world.order(month.world.resident(), MONDAY)
    added = month.world.line(book, late)
    month.world.amend(book, late, "add", month.clock.at, adds=added)
    month.world.amend(book, late, "cancel", month.clock.at, cancels=month.monday[3])
    month.doors(line3=Outcome.CANCELLED_AT_DOOR)
    built = month.build()
    figures = built.figures
    assert (figures.ordered, figures.planned, figures.unassigned) == (8, 6, 2)
    assert (figures.delivered, figures.not_delivered) == (5, 1)
    assert built.imbalances == ()


def test_a_line_that_the_plan_lost_is_a_difference_and_not_an_unassigned_portion(db: Session, month: Month) -> None:
    book = db.scalars(text("select id from order_book where day = '2026-02-02'").columns()).one()
    month.world.line(book, month.world.order(month.world.resident(), MONDAY))
    month.doors()
    (found,) = month.build().imbalances
    assert (found.code, found.expected, found.found) == ("ordered", 7, 6)


def test_a_month_closes_once_and_not_before_its_end(month: Month) -> None:
    month.doors()
    month.clock.at = datetime(2026, 2, 28, 4, 0, tzinfo=UTC)
    with pytest.raises(MealrouteError, match="month-not-over"):
        month.close()
    month.clock.at = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    month.close()
    for again in (month.close, month.build):
        with pytest.raises(Conflict, match="period-closed"):
            again()


def test_a_closed_month_has_the_sums_that_it_had_while_it_was_open(db: Session, month: Month) -> None:
    month.doors()
    month.build()
    before = service.month_statement(db, MONTH, scope=ALL)
    month.close()
    after = service.month_statement(db, MONTH, scope=ALL)

    assert (before.state, after.state) == ("open", "closed")
    assert before.by_vendor
    for name in ("by_rule", "by_vendor", "by_street", "residents", "copay_paid_fen"):
        assert getattr(after, name) == getattr(before, name), name


def test_nothing_of_a_closed_month_can_change(db: Session, month: Month) -> None:
    month.doors()
    month.close()
    db.commit()
    line, period, reason = (db.scalars(select(model)).first() for model in (ClaimLine, Period, Explanation))
    assert line is not None
    for row, key, value in ((line, "amount_fen", 1), (period, "state", "open"), (reason, "sentence", "x")):
        setattr(row, key, value)
        with pytest.raises(ValueError, match="immutable"):
            db.flush()
        db.rollback()
        db.delete(row)
        with pytest.raises(ValueError, match="immutable"):
            db.flush()
        db.rollback()
    for statement in (
        update(ClaimLine).values(amount_fen=1),
        delete(ClaimLine),
        update(Period).values(state="open"),
        delete(Explanation),
    ):
        with pytest.raises(DatabaseError, match="immutable"):
            db.connection().execute(statement)
        db.rollback()
    assert db.scalar(select(func.count()).select_from(ClaimLine)) == 4


def test_a_late_phone_or_a_corrected_card_leaves_the_closed_month_as_it_was(db: Session, month: Month) -> None:
    month.doors()
    month.close()
    before = service.month_statement(db, MONTH, scope=ALL)
    month.record(month.run, month.monday[0], Outcome.REFUSED)
    db.execute(text("update resident set name = '改名', basic_service = false"))
    after = service.month_statement(db, MONTH, scope=ALL)
    assert after == before
    assert hashlib.sha256(csv_of(db)).hexdigest() == before.csv_sha256


def test_the_csv_alone_is_enough_to_compute_the_month_again(db: Session, month: Month) -> None:
    month.doors()
    figures = month.build().figures
    month.close()
    content = csv_of(db)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == figures.claimed_lines
    assert sum(int(row["补贴（分）"]) for row in rows) == figures.claimed_fen
    assert sum(int(row["市级（分）"]) + int(row["区级（分）"]) for row in rows) == figures.claimed_fen
    assert sum(int(row["本人应付（分）"] or 0) for row in rows) == figures.copay_fen
    assert len({row["订单号"] for row in rows}) == figures.subsidised
    assert {row["文号"] for row in rows} == {"京民养老发〔2022〕69号"}
    assert all(float(row["补贴（元）"]) * 100 == int(row["补贴（分）"]) for row in rows)
    assert all(row["送达凭证号"] and row["姓名（掩码）"] == "王*兰" for row in rows)
    assert not any("110101194001010001" in row["身份证号（掩码）"] for row in rows)


def test_a_payer_or_month_that_does_not_exist_is_refused(db: Session, clock: FixedClock) -> None:
    with pytest.raises(NotFound, match="payer-unknown"):
        service.build_month(db, "haidian", MONTH, by=OFFICER, clock=clock)
    for wrong in ("2026-13", "2026", "2026-2-1", ""):
        with pytest.raises(MealrouteError, match="month-invalid"):
            queries.month_days(wrong)


def test_an_empty_month_closes_with_a_heading_row_only(db: Session, clock: FixedClock) -> None:
    make_world(db)
    settlement = service.close_period(db, PAYER, MONTH, by=OFFICER, clock=clock)
    assert settlement.lines == ()
    assert len(csv_of(db).decode("utf-8-sig").splitlines()) == 1


def test_ordering_expects_the_subsidy_for_one_meal_a_day_only(db: Session, month: Month) -> None:
    resident = residents.by_ids(db, [ResidentId(month.basic)], day=TUESDAY)[ResidentId(month.basic)]
    price = service.pricing(db)
    assert price.resident_part(resident, TUESDAY, MealSlot.LUNCH, 1700, 1) == (1200, 500)
    assert price.resident_part(resident, TUESDAY, MealSlot.DINNER, 1700, 1) == (1700, 0)
    assert service.pricing().resident_part(resident, TUESDAY, MealSlot.DINNER, 1700, 1) == (1200, 500)
