"""A day's orders as a file: names masked, addresses left out, one row an order."""

from collections.abc import Iterable, Mapping
from typing import Any

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes
from mealroute.core.text import mask_name
from mealroute.menus.records import DishRecord
from mealroute.menus.words import dish_label, slot_label
from mealroute.orders.records import OrderRecord
from mealroute.orders.words import cancel_label, label
from mealroute.residents.words import diet_label

_KINDS = {"quantity": Kind.COUNT, "day": Kind.DAY}
_MONEY = ("price", "own", "subsidy", "paid")


def orders_table(
    orders: Iterable[OrderRecord],
    *,
    names: Mapping[int, str],
    streets: Mapping[str, str],
    dishes: Mapping[str, DishRecord],
) -> Table:
    """One row an order, cancelled ones too. ``names`` are residents' names by id; they leave masked."""
    headings = _headings()
    columns = [
        Column(text, Kind.MONEY if name in _MONEY else _KINDS.get(name, Kind.TEXT)) for name, text in headings.items()
    ]
    rows = ([_cells(order, names, streets, dishes)[name] for name in headings] for order in orders)
    return Table(_("Orders"), columns, rows)


def orders_csv(table: Table) -> bytes:
    return csv_bytes(table)


def orders_xlsx(table: Table, about: Iterable[tuple[str, str]]) -> bytes:
    """The orders, and a second sheet that says who took them, when and why."""
    return xlsx_bytes([table, Table(_("About"), [Column("", width=20), Column("", width=60)], about)])


def _headings() -> dict[str, str]:
    return {
        "order": _("Order"), "day": _("Day"), "slot": _("Meal"), "resident": _("Resident code"), "name": _("Name"),
        "street": _("Street"), "delivery": _("Delivery"), "station": _("Station code"), "dish": _("Dish"), "size": _("Size"),
        "quantity": _("Number of portions"), "diets": _("Diets"), "window": _("Time window"), "price": _("Price (yuan)"),
        "own": _("Resident pays (yuan)"), "subsidy": _("Expected subsidy (yuan)"), "paid": _("Paid (yuan)"),
        "means": _("Means of payment"), "channel": _("Channel"), "state": _("State"), "flags": _("Needs a person"),
        "owner": _("Owner"),
    }  # fmt: skip


def _cells(
    order: OrderRecord, names: Mapping[int, str], streets: Mapping[str, str], dishes: Mapping[str, DishRecord]
) -> dict[str, Any]:
    dish = dishes.get(order.dish_code or "")
    why = f" ({cancel_label(order.cancel_reason)})" if order.cancel_reason else ""
    return {
        "order": order.natural_key, "day": order.day, "slot": slot_label(order.slot), "resident": order.resident_code,
        "name": mask_name(names.get(int(order.resident_id), "")), "street": streets.get(order.street_code, order.street_code),
        "delivery": label(order.delivery), "station": order.station_code or "", "dish": dish_label(dish.name, dish.name_en) if dish else "",
        "size": label(order.size), "quantity": order.quantity, "diets": "；".join(map(diet_label, order.diets)),
        "window": f"{clock_text(order.window_from_s)}–{clock_text(order.window_to_s)}", "price": order.unit_price_fen,
        "own": order.resident_part_fen, "subsidy": order.expected_subsidy_fen, "paid": order.paid_fen,
        "means": label(order.pay_means), "channel": label(order.channel), "state": label(order.state) + why,
        "flags": "；".join(map(label, order.flags)), "owner": order.flag_owner,
    }  # fmt: skip
