"""Files of swipes: each file once, each swipe once, good rows beside bad ones; the month stays open until all agrees."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.sample_generator.swipes import HEADINGS as HEAD
from data.sample_generator.swipes import Handed, rows
from mealroute.adapters import sheets
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.crypto import blind_index
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.residents.models import Resident
from mealroute.subsidy import service as money
from mealroute.subsidy.models import ClaimLine
from mealroute.swipes import intake, queries, service
from mealroute.swipes.models import Swipe
from mealroute.swipes.records import Columns
from mealroute.vendors.models import Station
from tests.integration.settlement_world import STREET, World, make_world

MONDAY = date(2026, 2, 2)
MONTH = (date(2026, 2, 1), date(2026, 2, 28))
CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
OFFICER = Actor(account_id=None, name="周航", role=Role.FINANCE, scope=Scope.everything())
HEADINGS = ("流水号", "交易时间", "卡号", "证件号码", "驿站编码", "交易金额", "个人支付", "交易类型", "原流水号")
FIRST = ("T1", "2026-02-02 11:40:10", "", "110101194001010001", "S1", "17.00", "12.00", "消费", "")
SECOND = ("T2", "2026-02-02 11:52:00", "900001", "", "S1", "17.00", "12.00", "消费", "")


def file(
    *rows: tuple[str, ...], name: str = "pos.csv", headings: tuple[str, ...] = HEADINGS
) -> tuple[sheets.Sheet, ...]:
    return sheets.read_bytes(content(*rows, headings=headings), name)


def content(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode()


class Counter:
    """A station where two people fetched their lunch on Monday; the first is known by ID number, the second by a card."""

    def __init__(self, db: Session) -> None:
        self.db, self.world = db, make_world(db)
        world: World = self.world
        db.add(Station(code="S1", name="九道湾驿站", street_code=STREET))
        db.flush()
        self.people = [world.resident(), world.resident(name="李秀英")]
        for number in self.people:
            row = db.get_one(Resident, number)
            row.id_number_index = blind_index("id", row.id_number or "")
        book = world.book(MONDAY)
        self.lines = []
        for number in self.people:
            order = world.order(number, MONDAY, delivery="station", station_code="S1")
            self.lines.append(world.line(book, order))
        self.run = world.publish(MONDAY, self.lines)
        for line in self.lines:
            self.record(line)
        cards = file(("900001", "R0002", "2026-01-01"), headings=("卡号", "老人编号", "启用日期"))
        intake.import_cards(db, cards, by=SYSTEM, clock=CLOCK)

    def record(self, line: int, outcome: Outcome = Outcome.HANDED_OVER) -> None:
        entry = ProofInput(client_id=str(uuid4()), run_id=self.run, book_line_id=line, outcome=outcome, by_name="孙丽")
        delivery.record_proof(self.db, entry, by=SYSTEM, clock=CLOCK)

    def bring(self, *rows: tuple[str, ...], source: str = "pos") -> object:
        return intake.bring_in(self.db, file(*rows), source=source, columns=Columns(), by=OFFICER, clock=CLOCK)

    def found(self) -> queries.Reckoning:
        return queries.reckoning(self.db, *MONTH, scope=Scope.everything())


@pytest.fixture
def counter(db: Session) -> Counter:
    return Counter(db)


def test_swipes_by_card_and_by_id_number_agree_with_the_meals_handed_out(counter: Counter) -> None:
    counter.bring(FIRST, SECOND)
    found = counter.found()
    assert (found.figures.rows, found.figures.agreeing, found.figures.open) == (2, 2, 0)
    assert (found.figures.counter_meals, found.figures.counter_agreeing) == (2, 2)
    assert set(found.confirmed.values()) == {"card"}


def test_the_claim_line_says_that_a_card_confirmed_it(db: Session, counter: Counter) -> None:
    counter.bring(FIRST, SECOND)
    money.build_month(db, "dongcheng", "2026-02", by=OFFICER, clock=CLOCK)
    assert set(db.scalars(select(ClaimLine.confirmation))) == {"card"}


def test_the_very_file_comes_in_once(counter: Counter) -> None:
    counter.bring(FIRST, SECOND)
    with pytest.raises(MealrouteError, match="swipe-file-twice"):
        counter.bring(FIRST, SECOND)


def test_a_swipe_of_another_file_is_there_already_and_counts_once(db: Session, counter: Counter) -> None:
    counter.bring(FIRST)
    batch, _result = counter.bring(FIRST, FIRST, SECOND)  # type: ignore[misc]
    assert (batch.rows, batch.repeated) == (1, 2)
    assert db.scalar(select(func.count()).select_from(Swipe)) == 2
    assert counter.found().figures.agreeing == 2


def test_good_rows_enter_beside_bad_ones(counter: Counter) -> None:
    nobody = ("T3", "2026-02-02 11:40:10", "", "", "S1", "17.00", "", "", "")
    night = ("T4", "2026-02-02 23:10:00", "900001", "", "S1", "17.00", "", "", "")
    nowhere = ("T5", "2026-02-02 11:40:00", "900001", "", "S9", "17.00", "", "", "")
    batch, result = counter.bring(FIRST, nobody, night, nowhere)  # type: ignore[misc]
    assert (batch.rows, batch.set_aside) == (1, 3)
    assert [problem.code for problem in result.problems] == ["person-missing", "between-meals", "station-unknown"]


def test_the_month_does_not_close_before_every_difference_has_its_words(db: Session, counter: Counter) -> None:
    counter.bring(FIRST)  # the second person's meal was handed out without a swipe
    with pytest.raises(Conflict, match="period-open-differences"):
        money.close_period(db, "dongcheng", "2026-02", by=OFFICER, clock=CLOCK)
    (one,) = counter.found().open
    assert (one.subject, one.trouble) == (f"book-line/{counter.lines[1]}", "no-swipe")
    service.explain(db, MONTH, one.subject, sentence="刷卡机断网，人工登记。", by=OFFICER, clock=CLOCK)
    figures = counter.found().figures
    assert (figures.counter_meals, figures.counter_agreeing, figures.counter_explained, figures.counter_open) == (
        2,
        1,
        1,
        0,
    )
    assert money.close_period(db, "dongcheng", "2026-02", by=OFFICER, clock=CLOCK).figures.claimed_lines == 4


def test_words_hold_only_for_what_was_wrong_when_they_were_said(db: Session, counter: Counter) -> None:
    counter.bring(FIRST)
    service.explain(db, MONTH, f"book-line/{counter.lines[1]}", sentence="机器断网。", by=OFFICER, clock=CLOCK)
    counter.bring(("T7", "2026-02-02 11:52:00", "900001", "", "S1", "17.00", "17.00", "消费", ""))
    assert [one.trouble for one in counter.found().open] == ["amount-differs"]


def test_somebody_says_whose_card_it_was_and_the_swipe_goes_with_the_meal(db: Session, counter: Counter) -> None:
    counter.bring(FIRST, ("T2", "2026-02-02 11:52:00", "777777", "", "S1", "17.00", "12.00", "消费", ""))
    (stranger,) = [one for one in counter.found().open if one.swipe]
    assert stranger.trouble == "person-unknown"
    service.assign(db, MONTH, stranger.subject, "R0002", sentence="新卡，尚未登记。", by=OFFICER, clock=CLOCK)
    assert counter.found().figures.agreeing == 2
    with pytest.raises(NotFound, match="nothing-to-explain"):
        service.explain(db, MONTH, stranger.subject, sentence="x", by=OFFICER, clock=CLOCK)


def test_a_file_is_looked_at_with_other_columns_before_it_enters(db: Session, counter: Counter) -> None:
    headings = ("编号A", "时刻", "人", "点", "钱")
    raw = content(("X1", "20260202114010", "R0001", "S1", "1700"), headings=headings)
    token = service.keep(db, raw, "other.csv", by=OFFICER, clock=CLOCK)
    first = service.look(db, token, source="平台", columns=None, by=OFFICER, clock=CLOCK)
    assert (first.rows, first.headings) == (0, headings)
    columns = Columns(
        chosen={"serial": "编号A", "time": "时刻", "resident_code": "人", "site_code": "点", "price": "钱"}, in_fen=True
    )
    second = service.look(db, token, source="平台", columns=columns, by=OFFICER, clock=CLOCK)
    assert (second.rows, second.new, second.unknown_people, second.sample[0].price_fen) == (1, 1, 0, 1700)
    service.bring_in(db, token, source="平台", columns=columns, by=OFFICER, clock=CLOCK)
    assert counter.found().figures.agreeing == 1
    with pytest.raises(NotFound, match="upload-gone"):
        service.look(db, token, source="平台", columns=columns, by=OFFICER, clock=CLOCK)
    again = service.keep(
        db,
        content(("X2", "20260202114110", "R0002", "S1", "1700"), headings=headings),
        "b.csv",
        by=OFFICER,
        clock=CLOCK,
    )
    assert (
        service.look(db, again, source="平台", columns=None, by=OFFICER, clock=CLOCK).rows == 1
    )  # read as the last one was


def test_a_street_sees_and_brings_only_what_is_its_own(db: Session, counter: Counter) -> None:
    counter.bring(FIRST)
    other = Actor(account_id=None, name="乙", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101001"})))
    assert queries.reckoning(db, *MONTH, scope=other.scope).figures.rows == 0
    with pytest.raises(MealrouteError, match="swipe-file-empty"):
        intake.bring_in(db, file(SECOND), source="pos", columns=Columns(), by=other, clock=CLOCK)


def test_a_synthetic_month_is_read_and_each_planted_mistake_is_found(db: Session, counter: Counter) -> None:
    meals = [
        Handed(one.resident_code, one.station_code, CLOCK.local(one.at).replace(tzinfo=None), one.portions, one.price_fen, one.due_fen)
        for one in queries.handed_out(db, *MONTH)
    ]  # fmt: skip
    assert [(meal.resident_code, meal.station_code, meal.due_fen) for meal in meals] == [
        ("R0001", "S1", 1200),
        ("R0002", "S1", 1200),
    ]
    noon = [meal._replace(at=datetime(2026, 2, 2, 11, 40 + n)) for n, meal in enumerate(meals)]
    often = {"twice": 2, "amount": 2}
    seed = next(n for n in range(500) if rows(Random(n), noon, often)[1] == {"twice": 1, "amount": 1})
    written, _planted = rows(Random(seed), noon, often)
    assert rows(Random(seed), noon, often)[0] == written
    intake.bring_in(db, file(*written, headings=HEAD), source="平台", columns=Columns(), by=OFFICER, clock=CLOCK)  # type: ignore[arg-type]
    assert sorted(one.trouble for one in counter.found().open) == ["amount-differs", "swiped-twice"]
