"""The small district with a published plan, and packs made of it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.offer_simulate import simulate_answers
from mealroute.paper import queries, service
from mealroute.paper.records import PackRecord
from mealroute.planning import service as planning
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from tests.integration.planning_world import DAY, build_world
from tests.planted import planted

LUNCH = MealSlot.LUNCH
SECRET = "a secret of the tests"


def drafted(db: Session, clock: FixedClock) -> PlanVersionId:
    """The district with a saved draft."""
    return planted(db, ("paper_draft", clock.at), lambda: _drafted(db, clock))


def _drafted(db: Session, clock: FixedClock) -> PlanVersionId:
    build_world(db)
    given = planning.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    return PlanVersionId(planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock))


def published(db: Session, clock: FixedClock) -> PlanVersionId:
    """The same, published, its runs promised by their vendors."""
    return planted(db, ("paper_published", clock.at), lambda: _published(db, clock))


def _published(db: Session, clock: FixedClock) -> PlanVersionId:
    version = _drafted(db, clock)
    dispatch.publish(db, version, by=SYSTEM, clock=clock, secret_key=SECRET)
    simulate_answers(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    return version


def made(db: Session, folder: Path, clock: FixedClock, **asked: object) -> dict[str, PackRecord]:
    """Make the packs of the day; street → record."""
    day = asked.pop("day", DAY)
    numbers = service.make_packs(db, day, LUNCH, folder=folder, **{"by": SYSTEM, "clock": clock, **asked})  # type: ignore[arg-type]
    found = [queries.pack(db, number, scope=SYSTEM.scope) for number in numbers]
    return {pack.street_code: pack for pack in found}


def pages(folder: Path, pack: PackRecord) -> list[str]:
    """The text of each page of a pack's file."""
    return [page.extract_text() for page in PdfReader(BytesIO((folder / pack.file).read_bytes())).pages]
