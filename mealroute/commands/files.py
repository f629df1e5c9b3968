"""Bring spreadsheets in: one file, or a folder of files whose names say what they hold."""

from collections.abc import Callable, Iterator
from pathlib import Path

from mealroute.adapters import sheets
from mealroute.areas import service as areas
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.importing import ImportResult
from mealroute.menus import service as menus
from mealroute.orders import intake as orders
from mealroute.residents import intake as residents
from mealroute.subsidy import site_intake as sites
from mealroute.swipes import intake as swipes
from mealroute.vendors import service as vendors
from mealroute.vendors import streets

IMPORTERS: dict[str, Callable[..., ImportResult]] = {
    "areas": areas.import_areas,
    "vendors": vendors.import_vendors,
    "kitchens": vendors.import_kitchens,
    "stations": vendors.import_stations,
    "drivers": vendors.import_drivers,
    "vehicles": vendors.import_vehicles,
    "street-contracts": streets.import_contracts,
    "backups": streets.import_backups,
    "dishes": menus.import_dishes,
    "menu": menus.import_menu,
    "residents": residents.import_residents,
    "standing-orders": orders.import_standing_orders,
    "cards": swipes.import_cards,
    "swipes": swipes.import_swipes,
    "agreements": sites.import_agreements,
    "site-figures": sites.import_site_figures,
    "applications": sites.import_applications,
}
"""What a sheet may hold, in the order in which a whole district must enter."""

ENDINGS = (".xlsx", ".csv")


def bring_in(here: Here, kind: str, path: Path, *, by: Actor = SYSTEM) -> ImportResult:
    """One file in one transaction: it enters whole (less the rows that are set aside) or not at all."""
    found = sheets.read(path)
    with unit_of_work() as db:
        return IMPORTERS[kind](db, found, by=by, clock=here.clock)


def folder(here: Here, path: Path, *, by: Actor = SYSTEM) -> Iterator[ImportResult]:
    """Every file of a folder that is named after its kind (``residents.xlsx``), in the order that references need."""
    found = {file.stem: file for file in sorted(path.iterdir()) if file.suffix in ENDINGS}
    if not set(found) & set(IMPORTERS):
        raise MealrouteError("no-sheets", _("There is nothing to import in %(folder)s.", folder=path))
    for kind in IMPORTERS:
        if kind in found:
            yield bring_in(here, kind, found[kind], by=by)


def run(here: Here, kind: str, path: Path) -> int:
    """The command: prints what the file did and one sentence per bad cell; 3 when rows were set aside."""
    result = bring_in(here, kind, path)
    print(told(result))
    for problem in result.problems:
        print(problem)
    return 3 if result.set_aside else 0


def told(result: ImportResult) -> str:
    """One line for a terminal."""
    return _(
        "%(file)s: %(added)d added, %(changed)d changed, %(same)d unchanged, %(aside)d set aside, %(problems)d problems",
        file=result.file, added=result.added, changed=result.changed, same=result.unchanged, aside=result.set_aside,
        problems=len(result.problems),
    )  # fmt: skip
