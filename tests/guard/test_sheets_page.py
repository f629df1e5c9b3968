"""The page about sheets names every column that the program reads."""

import re
from pathlib import Path

import pytest

from mealroute.areas.imports import FIELDS as AREAS
from mealroute.commands.files import IMPORTERS
from mealroute.core.importing import Field
from mealroute.menus import imports as menus
from mealroute.menus.timetable import diet_table
from mealroute.orders.imports import FIELDS as STANDING_ORDERS
from mealroute.residents.imports import fields as residents
from mealroute.residents.queries import category_table
from mealroute.subsidy.site_intake import AGREEMENTS, APPLICATIONS, SITE_FIGURES
from mealroute.swipes.imports import FIELDS as SWIPES
from mealroute.swipes.intake import CARDS
from mealroute.vendors import imports as vendors

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sheets.md").read_text("utf-8")
COLUMNS: dict[str, tuple[Field, ...]] = {
    "areas": AREAS, "residents": residents(category_table()), "standing-orders": STANDING_ORDERS, "dishes": menus.dishes(diet_table()),
    "menu": menus.MENU, "vendors": vendors.VENDORS, "kitchens": vendors.KITCHENS, "stations": vendors.STATIONS,
    "drivers": vendors.DRIVERS, "vehicles": vendors.VEHICLES,
    "agreements": AGREEMENTS, "site-figures": SITE_FIGURES, "applications": APPLICATIONS,
    "cards": CARDS, "swipes": SWIPES, "street-contracts": vendors.CONTRACTS, "backups": vendors.BACKUPS,
}  # fmt: skip


def test_every_kind_of_sheet_has_its_section() -> None:
    assert set(re.findall(r"^### (\S+)", PAGE, re.MULTILINE)) == set(COLUMNS) == set(IMPORTERS)


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_the_page_names_every_column_with_its_mark(kind: str) -> None:
    section = PAGE.split(f"### {kind}\n")[1].split("\n#")[0]
    marks = {item.name: "\\*" if item.required else "!" if item.vital else "" for item in COLUMNS[kind]}
    written = [f"{item.headings[0]}{marks[item.name]} `{item.name}`" for item in COLUMNS[kind]]
    assert [entry for entry in written if entry not in section] == []
    assert set(re.findall(r"`(\w+)`", section)) == set(marks)
