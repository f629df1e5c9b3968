"""What a person enters about a dish."""

from typing import Any

from werkzeug.datastructures import MultiDict

from mealroute.core import cells
from mealroute.core.cells import CellError
from mealroute.core.errors import MealrouteError
from mealroute.core.money import Fen
from mealroute.menus.dishes import LISTS


def values_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of a dish as the form has them; boxes that are not ticked are empty lists."""
    lists = {name: form.getlist(name) for name in LISTS}
    return {
        "name": form.get("name", ""), "name_en": form.get("name_en", ""), **lists,
        "compartment": "cold" if form.get("compartment") == "cold" else "hot", "size_large": "size_large" in form,
        "active": "active" in form, "kind": form.get("kind", ""),
    }  # fmt: skip


def price_of(text: str) -> Fen:
    """Yuan as entered."""
    try:
        return cells.money(text.strip() or "-")
    except CellError as error:
        raise MealrouteError(error.code, error.sentence, error.hint, field="price") from None
