"""The menu of a week: a draft that is worked on, signed and published. What is published is never edited: a new version follows.

The books of a week's days are downstream, so whoever calls says which meals are ``frozen`` (their book is closed): those are
not touched here. ``orders.menu_week`` publishes with the books locked and amends a frozen meal with a reason.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.menus import queries, rules
from mealroute.menus.dishes import whole_district
from mealroute.menus.models import Dish, MenuItem, MenuWeek
from mealroute.menus.records import NORMAL, Menu, MenuWeekRecord, WeekState
from mealroute.menus.timetable import diet_table, sign_off_required
from mealroute.menus.week_queries import draft_of, gaps, items_of, week_record
from mealroute.menus.words import clash_sentence, slot_label
from mealroute.residents.words import diet_label

Frozen = frozenset[tuple[date, MealSlot]]
"""Days and slots whose book is closed."""
CHOICES = "ABCDEF"


def open_draft(db: Session, day: date, *, by: Actor, clock: Clock) -> MenuWeekRecord:
    """The draft of the day's week: the one that is there, else a copy of what holds (published version or pattern)."""
    whole_district(by)
    monday = rules.monday_of(day)
    held = draft_of(db, monday)
    if held is not None:
        return held
    last = db.scalar(select(func.max(MenuWeek.number)).where(MenuWeek.monday == monday)) or 0
    row = MenuWeek(
        monday=monday, number=last + 1, state=str(WeekState.DRAFT), created_by=by.name, created_at=clock.now()
    )
    db.add(row)
    db.flush()
    for on in _days(monday):
        if queries.is_service_day(db, on):
            for slot in MealSlot:
                _fill(db, row.id, queries.menu(db, on, slot), on)
    db.flush()
    _audit(db, "menus.week-begun", row, by=by, clock=clock)
    return week_record(row)


def copy_week(db: Session, week_id: int, source: date, *, frozen: Frozen, by: Actor, clock: Clock) -> MenuWeekRecord:
    """Replace the draft's meals by those that hold in the week of ``source``, day by day; frozen meals and days off are left."""
    row = _draft(db, week_id, by)
    first = rules.monday_of(source)
    for on in _days(row.monday):
        if not queries.is_service_day(db, on):
            continue
        for slot in MealSlot:
            menu = queries.menu(db, first + timedelta(days=on.weekday()), slot)
            if (on, slot) not in frozen and menu.entries:
                _clear(db, row.id, on, slot)
                _fill(db, row.id, menu, on)
    _touched(row)
    db.flush()
    _audit(db, "menus.week-copied", row, by=by, clock=clock, detail={"from": first.isoformat()})
    return week_record(row)


def put_item(
    db: Session,
    week_id: int,
    day: date,
    slot: MealSlot,
    *,
    diet: str,
    choice: str,
    dish_code: str,
    price_fen: Fen | None = None,
    frozen: Frozen,
    by: Actor,
    clock: Clock,
) -> None:
    """Put a dish on the draft at one place, or another dish in its stead. Without a price it has the dish's of that day.

    Raises where the dish does not meet the diet that it would stand for: a low-sugar line with a sweet dish is a wrong menu.
    """
    row = _draft(db, week_id, by)
    _open(row, day, slot, frozen)
    dish = db.scalars(select(Dish).where(Dish.code == dish_code)).one_or_none()
    if dish is None or not dish.active:
        raise NotFound("dish-not-found", _("No dish has the code %(code)s.", code=dish_code))
    table, record = diet_table(), queries.dish_record(dish)
    if diet not in table.diets or choice not in CHOICES:
        raise MealrouteError("menu-place", _("Choose a diet of the list and a choice from A to F."))
    wrong = rules.clashes(record, {diet}, table)
    if wrong:
        sentence = _("This dish cannot stand on the line %(diet)s.", diet=diet_label(diet))
        raise MealrouteError("dish-against-its-line", f"{sentence} {clash_sentence(wrong[0], record, table)}")
    price = _price_of(db, record.code, record.price_fen, day) if price_fen is None else price_fen
    item = _item(db, row.id, day, slot, diet, choice)
    if item is None:
        item = MenuItem(
            week_id=row.id, day=day, slot=str(slot), diet=diet, choice=choice, dish_code=dish_code, price_fen=price
        )
        db.add(item)
    elif (item.dish_code, item.price_fen) == (dish_code, price):
        return
    item.dish_code, item.price_fen = dish_code, price
    _touched(row)
    db.flush()
    where = f"{day}/{slot}/{diet}/{choice}"
    _audit(
        db, "menus.dish-put", row, by=by, clock=clock, detail={"place": where, "dish": dish_code, "price_fen": price}
    )


def remove_item(
    db: Session,
    week_id: int,
    day: date,
    slot: MealSlot,
    *,
    diet: str,
    choice: str,
    frozen: Frozen,
    by: Actor,
    clock: Clock,
) -> None:
    """Take a dish off the draft; nothing happens where there is none."""
    row = _draft(db, week_id, by)
    _open(row, day, slot, frozen)
    item = _item(db, row.id, day, slot, diet, choice)
    if item is not None:
        db.delete(item)
        _touched(row)
        db.flush()
        _audit(db, "menus.dish-removed", row, by=by, clock=clock, detail={"place": f"{day}/{slot}/{diet}/{choice}"})


def sign(db: Session, week_id: int, name: str, on: date, *, by: Actor, clock: Clock) -> None:
    """A dietitian has read the draft as it stands. A later change of a dish takes the signature off again."""
    row = _draft(db, week_id, by)
    name = " ".join(name.split())
    if not 2 <= len(name) <= 80:
        raise MealrouteError("signature-name", _("Write the dietitian's full name."), field="name")
    if on > clock.today():
        raise MealrouteError("signature-date", _("A signature cannot lie in the future."), field="on")
    row.signed_by, row.signed_on = name, on
    _audit(db, "menus.week-signed", row, by=by, clock=clock, detail={"on": on.isoformat()})


def publish(db: Session, week_id: int, *, frozen: Frozen, by: Actor, clock: Clock) -> MenuWeekRecord:
    """Give the draft out. Frozen meals stay as they hold, whatever the draft says of them.

    Refused while a served day lacks its main dish or a needed signature is missing.
    """
    row = _draft(db, week_id, by)
    for day, slot in sorted(frozen):
        held = queries.menu(db, day, slot)
        if rules.monday_of(day) == row.monday and _places(held) != _places(items_of(db, row.id, day, slot)):
            _clear(db, row.id, day, slot)
            _fill(db, row.id, held, day)
    missing = [place for place in gaps(db, row.id) if place not in frozen]
    if missing:
        day, slot = missing[0]
        raise MealrouteError(
            "menu-incomplete",
            _("%(slot)s on %(day)s has no main dish.", slot=slot_label(slot), day=day.isoformat()),
            _("Put an ordinary dish on choice A, or close the day in the service calendar."),
        )
    if sign_off_required() and not row.signed_by:
        raise MealrouteError("menu-unsigned", _("The week needs a dietitian's signature before it is published."))
    row.state, row.published_by, row.published_at = str(WeekState.PUBLISHED), by.name, clock.now()
    db.flush()
    _audit(db, "menus.week-published", row, by=by, clock=clock, detail={"signed": bool(row.signed_by)})
    return week_record(row)


def discard(db: Session, week_id: int, *, by: Actor, clock: Clock) -> None:
    """Throw the draft away; what is published stays."""
    row = _draft(db, week_id, by)
    db.execute(delete(MenuItem).where(MenuItem.week_id == row.id))
    _audit(db, "menus.week-discarded", row, by=by, clock=clock)
    db.delete(row)
    db.flush()


def _days(monday: date) -> Iterable[date]:
    return (monday + timedelta(days=n) for n in range(7))


def _draft(db: Session, week_id: int, by: Actor) -> MenuWeek:
    """The draft, locked, so that two people do not publish and change it at once."""
    whole_district(by)
    row = db.get(MenuWeek, week_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("week-not-found", _("There is no such menu."))
    if row.state != WeekState.DRAFT:
        raise Conflict("week-published", _("This menu is published and stays as it is."), _("Begin a new draft."))
    return row


def _open(row: MenuWeek, day: date, slot: MealSlot, frozen: Frozen) -> None:
    if rules.monday_of(day) != row.monday:
        raise MealrouteError("menu-place", _("This day is not in the week."))
    if (day, slot) in frozen:
        raise Conflict(
            "menu-frozen",
            _("The %(slot)s book for %(day)s is closed: its dishes cannot change here.", slot=slot_label(slot), day=day.isoformat()),
            _("Replace the dish with a reason; the kitchen sees it."),
        )  # fmt: skip


def _item(db: Session, week_id: int, day: date, slot: MealSlot, diet: str, choice: str) -> MenuItem | None:
    query = select(MenuItem).where(
        MenuItem.week_id == week_id, MenuItem.day == day, MenuItem.slot == str(slot), MenuItem.diet == diet,
        MenuItem.choice == choice,
    )  # fmt: skip
    return db.scalars(query).one_or_none()


def _clear(db: Session, week_id: int, day: date, slot: MealSlot) -> None:
    db.execute(delete(MenuItem).where(MenuItem.week_id == week_id, MenuItem.day == day, MenuItem.slot == str(slot)))


def _fill(db: Session, week_id: int, menu: Menu, day: date) -> None:
    for entry in menu.entries:
        if entry.dish.active or menu.day == day:
            price = _price_of(db, entry.dish.code, entry.price_fen, day, after=menu.day)
            db.add(
                MenuItem(
                    week_id=week_id, day=day, slot=str(menu.slot), diet=entry.diet, choice=entry.choice,
                    dish_code=entry.dish.code, price_fen=price,
                )
            )  # fmt: skip


def _price_of(db: Session, code: str, otherwise: Fen, day: date, after: date = date.min) -> Fen:
    """The dish's dated price of the day where one has begun since ``after``, else ``otherwise``."""
    since, price = queries.prices_on(db, day).get(code, (date.min, otherwise))
    return price if since > after else otherwise


def _places(menu: Menu) -> set[tuple[str, str, str, Fen]]:
    return {(entry.diet, entry.choice, entry.dish.code, entry.price_fen) for entry in menu.entries}


def _touched(row: MenuWeek) -> None:
    """What was signed is no longer what stands there."""
    row.signed_by, row.signed_on = "", None


def _audit(
    db: Session, action: str, row: MenuWeek, *, by: Actor, clock: Clock, detail: dict[str, object] | None = None
) -> None:
    subject = f"menu/{row.monday}/{row.number}"
    audit.record(db, by=by, clock=clock, action=action, subject=subject, detail=detail)


__all__ = [
    "CHOICES",
    "NORMAL",
    "Frozen",
    "copy_week",
    "discard",
    "open_draft",
    "publish",
    "put_item",
    "remove_item",
    "sign",
]
