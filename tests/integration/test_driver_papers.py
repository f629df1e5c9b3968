"""Papers of those who drive: noted once, they move the date that gates the roster; the plan leaves out whoever has none that holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.slots import MealSlot
from mealroute.dispatch import service as dispatch
from mealroute.drafting import queries as drafting
from mealroute.drafting import service as drafts
from mealroute.drafting.changes import ChangeDriver
from mealroute.planning import service as planning
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from mealroute.vendors import driver_papers, queries, rules
from mealroute.vendors.driver_papers import PaperKind
from mealroute.vendors.models import Driver
from tests.integration.planning_world import DAY, build_world

LUNCH = MealSlot.LUNCH
ISSUED = date(2025, 3, 1)


@pytest.fixture
def world(db: Session) -> Session:
    build_world(db)
    return db


def note(db: Session, clock: FixedClock, kind: PaperKind, valid_to: date | None, **more: object) -> bool:
    return driver_papers.note(db, "D11", kind, issued_on=ISSUED, valid_to=valid_to, by=SYSTEM, clock=clock, **more)  # type: ignore[arg-type]


def test_a_paper_is_noted_once_and_moves_the_date(world: Session, clock: FixedClock) -> None:
    assert note(world, clock, PaperKind.HEALTH, date(2026, 12, 31), number="H1")
    assert not note(world, clock, PaperKind.HEALTH, date(2026, 12, 31), number="H1")
    driver = world.scalars(select(Driver).where(Driver.code == "D11")).one()
    assert driver.health_certificate_to == date(2026, 12, 31)
    assert [paper.number for paper in driver_papers.papers(world, "D11")] == ["H1"]


def test_the_paper_noted_last_rules_and_both_stay(world: Session, clock: FixedClock) -> None:
    note(world, clock, PaperKind.HEALTH, date(2027, 12, 31))
    note(world, clock, PaperKind.HEALTH, date(2026, 12, 31))
    driver = world.scalars(select(Driver).where(Driver.code == "D11")).one()
    assert driver.health_certificate_to == date(2026, 12, 31)
    assert len(driver_papers.papers(world, "D11")) == 2


@pytest.mark.parametrize(
    ("kind", "valid_to", "code"),
    [
        (PaperKind.HEALTH, None, "paper-end-needed"),
        (PaperKind.HEALTH, ISSUED - timedelta(days=1), "dates-out-of-order"),
    ],
)
def test_a_paper_that_cannot_be_right_is_refused(
    world: Session, clock: FixedClock, kind: PaperKind, valid_to: date | None, code: str
) -> None:
    with pytest.raises(MealrouteError, match=code):
        note(world, clock, kind, valid_to)


def test_the_warning_comes_before_and_the_day_after_the_end_it_blocks(world: Session, clock: FixedClock) -> None:
    note(world, clock, PaperKind.TRAINING, DAY, subject="食品安全")
    (driver,) = [each for each in queries.drivers(world, scope=Scope.everything()) if each.code == "D11"]
    assert [(w.code, w.blocks) for w in rules.driver_warnings(driver, DAY - timedelta(days=10))] == [
        ("training-ending", False)
    ]
    assert [(w.code, w.blocks) for w in rules.driver_warnings(driver, DAY + timedelta(days=1))] == [
        ("training-over", True)
    ]
    assert rules.driver_warnings(driver, DAY - timedelta(days=31)) == ()


@pytest.mark.parametrize("kind", list(PaperKind))
def test_who_has_a_paper_that_ran_out_is_on_no_roster_and_in_no_plan(world: Session, clock: FixedClock, kind: PaperKind) -> None:  # fmt: skip
    note(world, clock, kind, DAY - timedelta(days=1))
    roster = queries.roster(world, DAY)
    assert "D11" not in {unit.driver.code for unit in roster}
    assert [gap.code for gap in roster.gaps if gap.driver_code == "D11"] == [f"{kind}-over"]
    given = planning.prepare(world, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = PlanVersionId(planning.save_draft(world, given, plan_quick(given), by=SYSTEM, clock=clock))
    sheets = dispatch.publish(world, version, by=SYSTEM, clock=clock, secret_key="s")
    assert "D11" not in {sheet.driver_code for sheet in sheets}


def test_a_plan_from_before_the_end_is_not_published_after_it(world: Session, clock: FixedClock) -> None:
    given = planning.prepare(world, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = PlanVersionId(planning.save_draft(world, given, plan_quick(given), by=SYSTEM, clock=clock))
    for driver in world.scalars(select(Driver)):
        driver_papers.note(
            world,
            driver.code,
            PaperKind.TRAINING,
            issued_on=ISSUED,
            valid_to=DAY - timedelta(days=1),
            by=SYSTEM,
            clock=clock,
        )
    with pytest.raises(Conflict, match="papers-over"):
        dispatch.publish(world, version, by=SYSTEM, clock=clock, secret_key="s")


def test_a_vendor_sees_only_its_own_drivers(world: Session) -> None:
    own = driver_papers.page_numbers(world)
    assert driver_papers.driver(world, own["D11"], scope=Scope(vendor="V1")).code == "D11"
    with pytest.raises(NotFound):
        driver_papers.driver(world, own["D11"], scope=Scope(vendor="V2"))


def test_a_draft_refuses_who_has_a_paper_that_ran_out_and_says_which(world: Session, clock: FixedClock) -> None:
    given = planning.prepare(world, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = PlanVersionId(planning.save_draft(world, given, plan_quick(given), by=SYSTEM, clock=clock))
    draft = drafts.open_draft(world, version, matrix_of=StraightLine().matrix, by=SYSTEM, clock=clock)
    note(world, clock, PaperKind.TRAINING, DAY - timedelta(days=1))
    vehicle = drafting.view(world, draft).routes[0].vehicle
    with pytest.raises(MealrouteError, match="driver-papers-over"):
        drafts.edit(world, draft, ChangeDriver(vehicle=vehicle, driver_code="D11"), seen=0, by=SYSTEM, clock=clock)
