"""Which rulebook a page speaks of: the one in force, or an example by name; and which day."""

from dataclasses import dataclass
from datetime import date

from flask import request

from mealroute.core.errors import NotFound
from mealroute.core.i18n import _, language
from mealroute.core.rulebook import read
from mealroute.rulebook.reading import EXAMPLES, load, load_file
from mealroute.rulebook.records import Rulebook
from web import here

IN_FORCE = "in-force"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A rulebook with its address and its title."""

    key: str
    title: str
    book: Rulebook

    @property
    def in_force(self) -> bool:
        return self.key == IN_FORCE


def chosen() -> Shelf:
    """The rulebook named in the address; the one in force where none is. Raises NotFound."""
    return taken(request.args.get("book", IN_FORCE))


def taken(key: str) -> Shelf:
    """The rulebook of this name. Only files of the folder of examples can be named. Raises NotFound."""
    if key == IN_FORCE:
        return Shelf(IN_FORCE, _("Rules in force"), load())
    path = next((path for path in EXAMPLES.glob("*.yaml") if path.stem == key), None)
    if path is None:
        raise NotFound("rulebook-not-found", _("There is no rulebook of this name."))
    return Shelf(key, _title(key), load_file(path))


def examples() -> tuple[tuple[str, str], ...]:
    """Names and titles of the examples."""
    return tuple((path.stem, _title(path.stem)) for path in sorted(EXAMPLES.glob("*.yaml")))


def _title(key: str) -> str:
    title = read(EXAMPLES / f"{key}.yaml", kind="rulebook").node("title")
    return title.text("zh" if language() == "zh" else "en")


def day_asked() -> date:
    """The day in the address, else today."""
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return here.clock().today()
