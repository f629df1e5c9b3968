"""Dishes at a desk: entered, changed, priced by date, taken off. Every change is in the audit by its fields."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit, cells
from mealroute.core.actor import Actor
from mealroute.core.cells import CellError
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.menus.models import Dish, DishPrice
from mealroute.menus.queries import dish_record
from mealroute.menus.records import Compartment, DishRecord
from mealroute.menus.timetable import diet_table

LISTS = ("suits", "contains", "allergens", "textures")
FIELDS = ("name", "name_en", *LISTS, "compartment", "size_large", "active", "kind")


def whole_district(by: Actor) -> None:
    """Menus are the district's: somebody who sees single streets cannot change them."""
    if by.scope.streets is not None:
        raise Forbidden(
            "menus-of-the-district",
            _("The menu holds for all streets; your account reaches only some."),
            _("Ask the district's dispatcher."),
        )


def add_dish(
    db: Session, code: str, values: Mapping[str, Any], price_fen: Fen, *, by: Actor, clock: Clock
) -> DishRecord:
    """A new dish. ``values`` are those of ``FIELDS``; lists hold codes of diets.yaml and foods.yaml."""
    whole_district(by)
    code = cells.code(code)
    if not code or len(code) > 40:
        raise MealrouteError("dish-code", _("A dish needs a code of at most 40 characters."), field="code")
    if db.scalar(select(Dish.id).where(Dish.code == code)) is not None:
        raise Conflict("code-taken", _("The code %(code)s is taken.", code=code), field="code")
    row = Dish(code=code, price_fen=_price(price_fen), **_read(values))
    db.add(row)
    db.flush()
    audit.record(db, by=by, clock=clock, action="dishes.added", subject=f"dish/{code}", detail={"price_fen": price_fen})
    return dish_record(row)


def change_dish(db: Session, code: str, values: Mapping[str, Any], *, by: Actor, clock: Clock) -> tuple[str, ...]:
    """Write the fields that differ; returns their names. Orders of open books follow; closed books show it as a late change."""
    whole_district(by)
    row = _dish(db, code)
    read = _read({"name": row.name, **values})
    before = {name: getattr(row, name) for name in read}
    changed = tuple(name for name, value in read.items() if before[name] != value)
    for name in changed:
        setattr(row, name, read[name])
    if changed:
        db.flush()
        detail = {name: [before[name], read[name]] for name in changed if name not in {"name", "name_en"}}
        audit.record(
            db, by=by, clock=clock, action="dishes.changed", subject=f"dish/{code}", detail={"fields": sorted(changed), **detail}
        )  # fmt: skip
    return changed


def set_price(db: Session, code: str, price_fen: Fen, valid_from: date, *, by: Actor, clock: Clock) -> bool:
    """What the dish costs from a day on. Published weeks keep their prices; the past cannot be priced again."""
    whole_district(by)
    row = _dish(db, code)
    if valid_from < clock.today():
        raise MealrouteError("price-in-the-past", _("A price begins today or later."), field="valid_from")
    query = select(DishPrice.price_fen).where(DishPrice.dish_code == code, DishPrice.valid_from == valid_from)
    if db.scalar(query.order_by(DishPrice.id.desc()).limit(1)) == _price(price_fen):
        return False
    db.add(
        DishPrice(dish_code=row.code, valid_from=valid_from, price_fen=price_fen, by_name=by.name, at=clock.now())
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action="dishes.priced", subject=f"dish/{code}",
        detail={"price_fen": price_fen, "from": valid_from.isoformat()},
    )  # fmt: skip
    return True


def _dish(db: Session, code: str) -> Dish:
    row = db.scalars(select(Dish).where(Dish.code == code)).one_or_none()
    if row is None:
        raise NotFound("dish-not-found", _("No dish has the code %(code)s.", code=code))
    return row


def _price(price_fen: Fen) -> Fen:
    if not 0 <= price_fen <= 100_000:
        raise MealrouteError("dish-price", _("A dish costs from 0 to 1,000 yuan."), field="price")
    return price_fen


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns among ``values``, checked. A word outside the vocabulary is the caller's mistake: ValueError."""
    table = diet_table()
    known = {
        "suits": table.diets, "contains": table.foods.ingredients, "allergens": table.foods.allergens, "textures": table.foods.textures,
    }  # fmt: skip
    if set(values) - set(FIELDS):
        raise ValueError(f"no such fields of a dish: {sorted(set(values) - set(FIELDS))}")
    found: dict[str, Any] = {}
    for name in LISTS:
        if name in values:
            found[name] = _codes(name, values[name], known[name])
    for name, most in (("name", 120), ("name_en", 160), ("kind", 20)):
        if name in values:
            try:
                found[name] = cells.at_most(most)(values[name])
            except CellError as error:
                raise MealrouteError(error.code, error.sentence, error.hint, field=name) from None
    if not found.get("name", "-"):
        raise MealrouteError("dish-name", _("A dish needs a name."), field="name")
    if "compartment" in values:
        found["compartment"] = str(Compartment(values["compartment"]))
    found |= {name: bool(values[name]) for name in ("size_large", "active") if name in values}
    return found


def _codes(name: str, given: Iterable[str], known: Iterable[str]) -> list[str]:
    wanted = sorted(set(given))
    if set(wanted) - set(known):
        raise ValueError(f"no such {name}: {sorted(set(wanted) - set(known))}")
    return wanted
