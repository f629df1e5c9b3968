"""Use-cases of menus: bringing dishes and the weekly menu in, seeding and editing the service calendar."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time, upsert
from mealroute.core.importing import ImportResult, ParsedRow, Sheet, parse_rows, source_of
from mealroute.menus import imports, queries
from mealroute.menus.models import Dish, DishPrice, MenuEntry, ServiceDay
from mealroute.menus.records import DayKind, ServiceDayRecord
from mealroute.menus.timetable import diet_table

PERSON = "person"
"""Source of a day that somebody has edited: seeding leaves it alone."""


def import_dishes(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> ImportResult:
    """Dishes by code. A dish with an ingredient or diet that nobody knows is set aside: it might harm."""
    one_at_a_time(db)
    fields = imports.dishes(diet_table())
    rows, problems = parse_rows(sheets, fields, key="dish_code")
    wanted, known = [], set(db.scalars(select(Dish.code)))
    for row in rows:
        values: dict[str, Any] = {"code": row["dish_code"], "name": row["name"]}
        if row["price_from"] is None or row["dish_code"] not in known:
            values["price_fen"] = row["price"]
        for name in ("name_en", "size_large", "kind"):
            if name in row.given:
                values[name] = row[name]
        for name in ("suits", "contains", "allergens", "textures"):
            if name in row.given:
                values[name] = list(row[name])
        if "compartment" in row.given:
            values["compartment"] = str(row["compartment"])
        wanted.append(values | {"extra": dict(row.extra)})
    done = upsert(db, Dish, wanted)
    _dated_prices(db, rows, by=by, clock=clock)
    for code, names in done.changed.items():
        detail = {"fields": sorted(names)}
        audit.record(
            db, by=by, clock=clock, action="dishes.changed", subject=f"dish/{code}", reason="import", detail=detail
        )
    file, digest = source_of(sheets)
    counts = (len(done.added), len(done.changed), done.unchanged)
    return finish(db, ImportResult("dishes", file, *counts, problems, digest), by=by, clock=clock)


def _dated_prices(db: Session, rows: Iterable[ParsedRow], *, by: Actor, clock: Clock) -> None:
    """A price with a first day is added to the dish's dated prices; one that is known already is not added again."""
    held = {(x.dish_code, x.valid_from): x.price_fen for x in db.scalars(select(DishPrice).order_by(DishPrice.id))}
    for row in rows:
        begins = row["price_from"]
        if begins is not None and held.get((row["dish_code"], begins)) != row["price"]:
            db.add(
                DishPrice(
                    dish_code=row["dish_code"], valid_from=begins, price_fen=row["price"], by_name=by.name, at=clock.now()
                )
            )  # fmt: skip
    db.flush()


def import_menu(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> ImportResult:
    """The weekly menu by weekday, slot, diet, choice and first day; an entry without a price has the dish's."""
    one_at_a_time(db)
    rows, found = parse_rows(sheets, imports.MENU)
    problems = list(found)
    prices = dict(db.execute(select(Dish.code, Dish.price_fen)).tuples().all())
    wanted: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["dish_code"] not in prices:
            sentence = _("No dish has the code %(code)s.", code=row["dish_code"])
            hint = _("Import the dishes first, or correct the code.")
            problems.append(row.problem("dish_code", "dish-unknown", sentence, hint, set_aside=True))
            continue
        if row["valid_to"] is not None and row["valid_to"] < row["valid_from"]:
            sentence = _("The last day lies before the first.")
            problems.append(
                row.problem("valid_to", "dates-reversed", sentence, _("Swap the two dates."), set_aside=True)
            )
            continue
        values = {
            "weekday": row["weekday"], "slot": str(row["slot"]), "diet": str(row["diet"]), "choice": row["choice"],
            "dish_code": row["dish_code"], "valid_from": row["valid_from"], "valid_to": row["valid_to"],
            "price_fen": prices[row["dish_code"]] if row["price"] is None else row["price"], "extra": dict(row.extra),
        }  # fmt: skip
        code = f"{row['weekday']}/{row['slot']}/{row['diet']}/{row['choice']}/{row['valid_from']}"
        if wanted.setdefault(code, values | {"code": code})["dish_code"] != row["dish_code"]:
            sentence = _("Another row has a dish for the same day, diet and choice.")
            hint = _("The first row was taken. Give this one another choice, such as B.")
            problems.append(row.problem("choice", "row-twice", sentence, hint, set_aside=True))
    done = upsert(db, MenuEntry, wanted.values())
    file, digest = source_of(sheets)
    counts = (len(done.added), len(done.changed), done.unchanged)
    return finish(db, ImportResult("menu", file, *counts, tuple(problems), digest), by=by, clock=clock)


def seed_service_days(db: Session, first: date, last: date, *, by: Actor, clock: Clock) -> int:
    """Write the calendar's days from ``first`` to ``last``; days that a person has edited stay. Returns how many changed."""
    held = {row.day: row for row in db.scalars(select(ServiceDay).where(ServiceDay.day.between(first, last)))}
    changed = 0
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        row = held.get(day)
        if row is not None and row.source == PERSON:
            continue
        changed += _write(db, row, queries.calendar_day(day))
    db.flush()
    if changed:
        audit.record(
            db, by=by, clock=clock, action="menus.calendar-seeded", subject=f"calendar/{first}/{last}", rows=changed
        )
    return changed


def edit_service_day(
    db: Session,
    day: date,
    *,
    serves: bool,
    by: Actor,
    clock: Clock,
    note: str = "",
    as_weekday: int | None = None,
    kind: DayKind | None = None,
) -> ServiceDayRecord:
    """Open or close a day, or say which weekday's pattern holds; a closed day is of kind ``closed`` unless said otherwise."""
    if as_weekday is not None and not 1 <= as_weekday <= 7:
        raise MealrouteError("not-a-weekday", _("A weekday is a figure from 1 to 7."), _("Monday is 1."))
    before = queries.service_day(db, day)
    chosen = kind or (before.kind if serves and before.kind is not DayKind.CLOSED else queries.calendar_day(day).kind)
    after = ServiceDayRecord(
        day=day, serves=serves, kind=chosen if serves or kind else DayKind.CLOSED, note=note.strip(), source=PERSON,
        as_weekday=as_weekday or before.as_weekday, edited_by=by.name,
    )  # fmt: skip
    _write(db, db.get(ServiceDay, day), after)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="menus.service-day-edited", subject=f"calendar/{day}", reason=note.strip(),
        detail={"serves": [before.serves, serves], "as_weekday": [before.as_weekday, after.as_weekday]},
    )  # fmt: skip
    return after


def _write(db: Session, row: ServiceDay | None, wanted: ServiceDayRecord) -> bool:
    values: dict[str, Any] = {
        "serves": wanted.serves, "kind": str(wanted.kind), "as_weekday": wanted.as_weekday, "note": wanted.note,
        "source": wanted.source, "edited_by": wanted.edited_by,
    }  # fmt: skip
    if row is None:
        db.add(ServiceDay(day=wanted.day, **values))
        return True
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)
