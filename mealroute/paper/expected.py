"""Who is to have a meal on a day, as far as it is known the evening before, and how that differs from the sheets at hand."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch.build import address_text
from mealroute.dispatch.records import Manifest
from mealroute.menus import queries as menus
from mealroute.orders import queries as orders
from mealroute.orders.records import OrderState
from mealroute.paper.records import Missing
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentRecord, ResidentState
from mealroute.residents.words import diet_label


def portions_due(db: Session, day: date, slot: MealSlot) -> dict[int, int]:
    """Resident → portions: the orders of the day where they are written already, else the standing orders of those in service."""
    found: Counter[int] = Counter()
    everything = Scope.everything()
    placed = orders.orders_on(db, day, slot, scope=everything)
    if placed:
        for order in placed:
            if order.state is OrderState.PLACED:
                found[int(order.resident_id)] += order.quantity
        return dict(found)
    service = menus.service_day(db, day)
    if not service.serves:
        return {}
    active = {
        int(person.id)
        for person in residents.active_on(db, day, scope=everything)
        if person.state is ResidentState.ACTIVE
    }
    for standing in orders.standing_orders(db, scope=everything, day=day):
        if standing.slot is slot and int(standing.resident_id) in active:
            found[int(standing.resident_id)] += standing.portions_on(day, service.as_weekday)
    return {number: portions for number, portions in found.items() if portions}


def portions_on(sheets: Iterable[Manifest]) -> dict[int, int]:
    """Resident → portions on these sheets."""
    found: Counter[int] = Counter()
    for sheet in sheets:
        for trip in sheet.trips:
            for stop in trip.stops:
                for item in stop.items:
                    found[item.resident_id] += item.quantity
    return dict(found)


def differences(
    due: Mapping[int, int], carried: Mapping[int, int], people: Mapping[int, ResidentRecord]
) -> tuple[tuple[Missing, ...], tuple[Missing, ...]]:
    """(to add, to strike out), for the people given, by address: ``due`` = ``carried`` + added − struck out."""
    add, strike = [], []
    for number, person in people.items():
        lacking = due.get(number, 0) - carried.get(number, 0)
        if lacking > 0:
            why = _("ordered, on no sheet") if number not in carried else _("ordered more than the sheet says")
            add.append(_missing(person, lacking, why))
        elif lacking < 0:
            why = _("paused") if person.state is ResidentState.PAUSED else _("has no order for this day")
            strike.append(
                _missing(person, -lacking, why if number not in due else _("ordered less than the sheet says"))
            )
    return tuple(sorted(add, key=_by_address)), tuple(sorted(strike, key=_by_address))


def _missing(person: ResidentRecord, portions: int, why: str) -> Missing:
    diets = _(", ").join(diet_label(need) for need in sorted(person.needs) if need != "normal")
    return Missing(
        name=person.name, address=f"{address_text(person.address, person.building)} {person.unit}".strip(), phone=person.phone or "",
        portions=portions, diets=diets, why=why,
    )  # fmt: skip


def _by_address(row: Missing) -> tuple[str, str]:
    return row.address, row.name
