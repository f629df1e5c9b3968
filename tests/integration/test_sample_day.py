"""One day of the committed sample district, from its files to its papers and its doors, through the services that a user has."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

from mealroute.adapters import networks
from mealroute.commands import day as main_job
from mealroute.commands import demo, month
from mealroute.commands.setup import Here, open_here
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock, SystemClock
from mealroute.core.config import Settings
from mealroute.core.db import engine, unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as doors
from mealroute.dispatch import service as dispatch
from mealroute.menus import service as calendar
from mealroute.orders import queries as orders
from mealroute.orders.records import OrderBookRecord
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.records import PlanVersionSummary
from mealroute.planning.solving import plan_quick
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentRecord
from tests.conftest import FIELD_KEY

DAY = date(2026, 3, 9)
LUNCH = MealSlot.LUNCH


class Day:
    """What the tests below look at; made once."""

    def __init__(self, here: Here) -> None:
        self.here = here
        self.clock = FixedClock(datetime(2026, 3, 9, 1, 0, tzinfo=UTC))
        demo.load(here)
        with unit_of_work() as db:
            calendar.seed_service_days(db, DAY, DAY, by=SYSTEM, clock=self.clock)
        self.roll = main_job.order_book(DAY, LUNCH, by=SYSTEM, clock=self.clock)
        with unit_of_work(read_only=True) as db:
            given = plans.prepare(db, DAY, LUNCH, matrix_of=networks.travel_of(here.settings).matrix)
        output = plan_quick(given)
        with unit_of_work() as db:
            version = plans.save_draft(db, given, output, by=SYSTEM, clock=self.clock)
            dispatch.publish(db, version, by=SYSTEM, clock=self.clock, secret_key="test")
        self.folder = here.settings.out_dir
        main_job.write_papers(here, version, self.folder)
        month.drive(DAY, LUNCH, clock=month.evening(here, DAY))
        with unit_of_work(read_only=True) as db:
            self.version: PlanVersionSummary = planning.summary(db, version)
            found = orders.book(db, DAY, LUNCH)
            assert found is not None
            self.book: OrderBookRecord = found
            self.people: dict[str, ResidentRecord] = {
                p.code: p for p in residents.active_on(db, DAY, scope=Scope.everything())
            }
            self.totals = doors.totals(db, DAY, LUNCH, scope=Scope.everything())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("sample")
    settings = Settings.from_env(
        {"MEALROUTE_FIELD_KEYS": FIELD_KEY, "MEALROUTE_SECRET_KEY": "test", "MEALROUTE_OUT_DIR": str(folder / "out"), "MEALROUTE_INSTANCE_DIR": str(folder / "instance")}
    )  # fmt: skip
    here = open_here(settings)
    yield Day(Here(settings=here.settings, clock=SystemClock(ZoneInfo("Asia/Shanghai"))))
    bound: Engine = engine()
    bound.dispose()


def test_everybody_on_the_list_is_ordered_paused_or_not_due(world: Day) -> None:
    roll = world.roll
    assert roll.active == 1500
    assert roll.active == roll.ordered_residents + roll.paused + roll.not_due
    assert 1000 <= roll.ordered_portions <= 1200


def test_every_portion_of_the_book_is_planned_or_left_out_with_an_owner(world: Day) -> None:
    assert world.version.ordered == world.book.portions == world.roll.ordered_portions
    assert world.version.ordered == world.version.planned + world.version.unassigned
    with unit_of_work(read_only=True) as db:
        left = planning.unassigned(db, world.version.id)
    assert sum(each.portions for each in left) == world.version.unassigned
    assert all(each.reason and each.owner for each in left)


def test_the_plan_breaks_nothing(world: Day) -> None:
    assert world.version.violations == ()


def test_loaded_is_delivered_and_not_delivered_and_every_fen_has_its_place(world: Day) -> None:
    totals, money = world.totals, month.money_of(DAY, LUNCH, clock=month.evening(world.here, DAY))
    assert totals.open == 0
    assert totals.portions_loaded == world.version.planned == totals.delivered + totals.not_delivered
    assert totals.delivered == money.subsidised + money.self_paid + money.explained + money.open
    assert money.open == 0


@pytest.mark.parametrize(
    "code",
    ["DC00001", "DC00002", "DC00003", "DC00004", "DC00006", "DC00007", "DC00008", "DC00010", "DC00011", "DC00012"],
)
def test_the_awkward_have_a_meal_on_the_road(world: Day, code: str) -> None:
    person = world.people[code]
    lines = [line for line in world.book.lines if line.resident_id == person.id]
    assert len(lines) == 1
    assert lines[0].flag == ""


def test_an_address_without_a_point_is_in_the_book_with_an_owner(world: Day) -> None:
    line = next(line for line in world.book.lines if line.resident_id == world.people["DC00005"].id)
    assert line.flag == "no-point"
    assert line.flag_owner


def test_somebody_in_hospital_is_on_the_list_but_not_in_the_book(world: Day) -> None:
    assert world.people["DC00009"].state == "paused"
    assert world.people["DC00009"].id not in {line.resident_id for line in world.book.lines}


def test_the_papers_hold_every_name_of_the_day(world: Day) -> None:
    text = _text(world.folder / "manifests.pdf")
    with unit_of_work(read_only=True) as db:
        left = {each.book_line_id for each in planning.unassigned(db, world.version.id)}
    by_id = {person.id: person for person in world.people.values()}
    aboard = [by_id[line.resident_id].name for line in world.book.lines if line.line_id not in left]
    assert {name for name in aboard if name not in text} == set()
    assert "王𠮷祥" in text
    assert "王𠮷祥" in _text(world.folder / "labels.pdf")


def test_the_kitchen_counts_what_the_plan_carries(world: Day) -> None:
    from mealroute.kitchen import service as kitchen

    with unit_of_work(read_only=True) as db:
        sheet = kitchen.production(db, world.version.id)
    assert sheet.portions == sum(each.portions for each in sheet.kitchens) == world.version.planned
    assert len(sheet.labels) == world.version.planned
    assert sum(trip.portions for trip in sheet.packing) == world.version.planned
    assert all(each.portions <= each.capacity for each in sheet.kitchens)


def test_doing_the_day_again_changes_nothing(world: Day) -> None:
    again = main_job.order_book(DAY, LUNCH, by=SYSTEM, clock=world.clock)
    month.drive(DAY, LUNCH, clock=month.evening(world.here, DAY))
    with unit_of_work(read_only=True) as db:
        assert orders.book(db, DAY, LUNCH) == world.book
        assert doors.totals(db, DAY, LUNCH, scope=Scope.everything()) == world.totals
    assert again == world.roll


def _text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages)


def test_every_station_signs_once_for_the_boxes_that_came(world: Day) -> None:
    with unit_of_work(read_only=True) as db:
        visits = [
            visit
            for route in planning.version(db, world.version.id).routes
            for visit in route.visits
            if visit.station_code
        ]
        receipts = doors.station_receipts(db, [visit.id for visit in visits])
    assert {visit.id: visit.portions for visit in visits} == {
        number: each.portions for number, each in receipts.items()
    }
