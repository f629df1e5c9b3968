"""The small district of planning_world with accounts for every role and a published plan, as a SQLite file to copy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.accounts import service as accounts
from mealroute.adapters.straight_line import StraightLine
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.core.config import Settings
from mealroute.core.slots import MealSlot
from mealroute.core.text import compact, initials, pinyin
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.offer_simulate import simulate_answers
from mealroute.planning import service as planning
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from mealroute.residents.models import Resident
from tests.integration.planning_world import DAY, STREET, build_world

LUNCH = MealSlot.LUNCH
MORNING = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)  # 10:30 in Beijing
PASSWORD = "correct horse battery"
SECRET = "a secret of the tests"
LIMITS = {
    Role.KITCHEN: {"kitchen_code": "K1"},
    Role.VENDOR: {"vendor_code": "V1"},
    Role.STATION: {"station_code": "S1", "street_code": STREET},
    Role.STREET_CHECKER: {"street_code": STREET},
}
ROLES = [role for role in Role if role is not Role.SYSTEM]


def settings_for(folder: Path) -> Settings:
    """An installation that lives in ``folder``."""
    return Settings.from_env(
        {
            "MEALROUTE_INSTANCE_DIR": str(folder),
            "MEALROUTE_DATABASE_URL": f"sqlite:///{folder / 'web.sqlite'}",
            "MEALROUTE_SECRET_KEY": SECRET,
            "MEALROUTE_FIELD_KEYS": "not-used-here",
            "MEALROUTE_OUT_DIR": str(folder / "out"),
        }
    )


def build(folder: Path) -> None:
    """Write the database: two kitchens, six vehicles, 37 residents, a draft and its published copy."""
    engine = database.configure(settings_for(folder).database_url)
    database.Base.metadata.create_all(engine)
    clock = FixedClock(MORNING)
    with database.unit_of_work() as db:
        build_world(db)
        for person in db.query(Resident):
            person.name_pinyin, person.name_initials = pinyin(person.name), initials(person.name)
            person.name_key, person.address_key = compact(person.name), compact(f"北新桥街道{person.address}")
        given = planning.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
        published = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
        planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
        sheets = dispatch.publish(db, PlanVersionId(published), by=SYSTEM, clock=clock, secret_key=SECRET)
        simulate_answers(db, DAY, LUNCH, by=SYSTEM, clock=clock)
        limits = {**LIMITS, Role.DRIVER: {"driver_code": sheets[0].driver_code}}
        for role in ROLES:
            accounts.create_account(
                db, login=str(role), display_name="李敏", role=role, password=PASSWORD, by=SYSTEM, clock=clock, **limits.get(role, {})
            )  # fmt: skip
    engine.dispose()
