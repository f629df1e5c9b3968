"""Every table of the program, for migrations and tests. Import this before using ``Base.metadata``."""

import importlib
import pkgutil
from pathlib import Path

from mealroute.core import audit

FEATURES = (
    "areas",
    "accounts",
    "residents",
    "experience",
    "vendors",
    "menus",
    "orders",
    "planning",
    "drafting",
    "kitchen",
    "dispatch",
    "delivery",
    "paper",
    "timebank",
    "swipes",
    "welfare",
    "subsidy",
    "checks",
    "settlement",
    "exporting",
    "oversight",
)


def _register() -> tuple[str, ...]:
    found = [audit.__name__]
    here = Path(__file__).parent
    for feature in FEATURES:
        for file in sorted((here / feature).glob("*models.py")):
            found.append(importlib.import_module(f"mealroute.{feature}.{file.stem}").__name__)
    for module in pkgutil.iter_modules([str(here / "core")]):
        if module.name in {"import_batches", "jobs", "outbox"}:
            found.append(importlib.import_module(f"mealroute.core.{module.name}").__name__)
    return tuple(found)


REGISTERED = _register()
