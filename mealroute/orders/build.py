"""Rows of orders turned into records, and a resident's day into the columns of an order or a book line. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.menus import rules as menu_rules
from mealroute.menus.records import DietTable, Menu, MenuEntryRecord, SlotTimes
from mealroute.orders import models, rules
from mealroute.orders.records import (
    AmendmentKind,
    AmendmentRecord,
    BookLineId,
    BookLineRecord,
    BookState,
    Channel,
    ChoiceKind,
    Delivery,
    DishChoiceRecord,
    Flag,
    OrderBookRecord,
    OrderId,
    OrderRecord,
    OrderState,
    PayMeans,
    PaymentKind,
    PaymentRecord,
    Size,
    StandingOrderRecord,
    Voice,
)
from mealroute.residents.foods import is_food
from mealroute.residents.records import CategoryTable, Handover, Precision, ResidentId, ResidentRecord
from mealroute.residents.rules import priority_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is ordered, whoever says so: a standing order or a person on the phone."""

    quantity: int
    size: Size
    choice: str
    delivery: Delivery
    station_code: str | None
    channel: Channel
    pay_means: PayMeans
    window_from_s: int | None
    window_to_s: int | None
    note: str

    @classmethod
    def standing(cls, standing: StandingOrderRecord, quantity: int) -> "Ask":
        return cls(
            quantity=quantity, size=standing.size, choice=standing.choice, delivery=standing.delivery,
            station_code=standing.station_code, channel=standing.channel, pay_means=standing.pay_means,
            window_from_s=standing.window_from_s, window_to_s=standing.window_to_s, note=standing.note,
        )  # fmt: skip

    def columns(self, times: SlotTimes) -> dict[str, Any]:
        begins, ends = rules.window(self.delivery, self.window_from_s, self.window_to_s, times)
        return {
            "quantity": self.quantity, "size": str(self.size), "choice": self.choice, "delivery": str(self.delivery),
            "station_code": self.station_code if self.delivery is Delivery.STATION else None,
            "channel": str(self.channel), "pay_means": str(self.pay_means), "window_from_s": begins,
            "window_to_s": ends, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """The dish that somebody gets and its price; no dish where nothing on the menu is safe for them."""

    dish_code: str | None
    unit_price_fen: int
    diets: list[str]
    avoids: dict[str, list[str]]


def served(
    resident: ResidentRecord, menu: Menu, choice: str, table: DietTable, decided: DishChoiceRecord | None = None
) -> Served:
    """Dish and price. Without a dish the ordinary price stands in: the kitchen cooks by hand what is safe.

    What a person ``decided`` holds as long as the dish is on the menu and meets every strict need; otherwise the rules choose.
    """
    picked = menu_rules.pick(menu, resident.needs, resident.strict_needs, choice, table).entry
    entry = chosen_entry(resident, menu, table, decided) or picked
    if decided is not None and decided.kind is ChoiceKind.BY_HAND:
        entry = None
    diets = sorted({*map(str, resident.diets), *map(str, resident.strict_diets)})
    if entry is not None:
        return Served(entry.dish.code, entry.price_fen, diets, avoids_column(resident))
    return Served(None, menu.ordinary.price_fen if menu.ordinary else 0, diets, avoids_column(resident))


def chosen_entry(
    resident: ResidentRecord, menu: Menu, table: DietTable, decided: DishChoiceRecord | None
) -> MenuEntryRecord | None:
    """The entry of the dish that a person chose, unless it left the menu or a strict need now stands against it."""
    if decided is None or decided.kind is not ChoiceKind.DISH:
        return None
    never = menu_rules.strict_of(resident.needs, resident.strict_needs, table)
    found = (entry for entry in menu.entries if entry.dish.code == decided.dish_code)
    return next((entry for entry in found if not menu_rules.clashes(entry.dish, never, table)), None)


def avoids_column(resident: ResidentRecord) -> dict[str, list[str]]:
    """Avoided foods as an order or a book line stores them; empty for most people."""
    if not resident.avoids and not resident.strict_avoids:
        return {}
    return {"needs": sorted({*resident.avoids, *resident.strict_avoids}), "strict": sorted(resident.strict_avoids)}


def flags_for(dish_code: str | None, point: LonLat | None, *, collected: bool) -> tuple[Flag, ...]:
    """What a person has to mend before an order can be cooked and planned."""
    place = () if point is not None else (Flag.NO_STATION if collected else Flag.NO_POINT,)
    return place if dish_code is not None else (*place, Flag.NO_DISH)


def line_columns(
    order: models.Order,
    resident: ResidentRecord,
    *,
    station: LonLat | None,
    owner: str,
    categories: CategoryTable,
    diets: DietTable,
    paid_fen: int,
    zone: str = "",
    meal_kind: str = "",
) -> dict[str, Any]:
    """The snapshot of an order for its book line. Orders collected at a station take the station's point."""
    priority, must_serve = priority_of(resident.categories, categories)
    collected = order.delivery == Delivery.STATION
    point = station if collected else resident.point
    flags = flags_for(order.dish_code, point, collected=collected)
    strict = menu_rules.strict_of(resident.needs, resident.strict_needs, diets)
    return {
        "order_id": order.id, "resident_id": int(resident.id), "quantity": order.quantity,
        "street_code": resident.street_code, "lon": point.lon if point else None, "lat": point.lat if point else None,
        "precision": str(Precision.BUILDING if collected and point else resident.precision if point else Precision.NONE),
        "place_key": f"station|{order.station_code}" if collected else rules.place_key(resident),
        "floor": None if collected else resident.floor, "has_lift": False if collected else resident.has_lift,
        "diets": list(order.diets), "strict_diets": sorted(need for need in strict if not is_food(need)),
        "avoids": dict(order.avoids), "dish_code": order.dish_code, "size": order.size,
        "delivery": order.delivery, "station_code": order.station_code, "handover": str(resident.handover),
        "priority": priority, "must_serve": must_serve, "window_from_s": order.window_from_s,
        "window_to_s": order.window_to_s, "unit_price_fen": order.unit_price_fen,
        "cash_due_fen": max(order.resident_part_fen - paid_fen, 0) if order.pay_means == PayMeans.CASH_AT_DOOR else 0,
        "flag": rules.flag_text(flags), "flag_owner": owner, "zone": zone, "meal_kind": meal_kind,
    }  # fmt: skip


def standing_record(row: models.StandingOrder) -> StandingOrderRecord:
    return StandingOrderRecord(
        id=row.id, code=row.code, resident_id=ResidentId(row.resident_id), slot=MealSlot(row.slot),
        portions=tuple(row.portions), size=Size(row.size), choice=row.choice, delivery=Delivery(row.delivery),
        station_code=row.station_code, channel=Channel(row.channel), pay_means=PayMeans(row.pay_means),
        window_from_s=row.window_from_s, window_to_s=row.window_to_s, valid_from=row.valid_from, valid_to=row.valid_to,
        note=row.note,
    )  # fmt: skip


def order_record(row: models.Order, *, resident_code: str, street_code: str, paid_fen: int) -> OrderRecord:
    return OrderRecord(
        id=OrderId(row.id), natural_key=row.natural_key, resident_id=ResidentId(row.resident_id),
        resident_code=resident_code, standing_order_id=row.standing_order_id, day=row.day, slot=MealSlot(row.slot),
        quantity=row.quantity, size=Size(row.size), dish_code=row.dish_code, choice=row.choice, diets=tuple(row.diets),
        delivery=Delivery(row.delivery), station_code=row.station_code, channel=Channel(row.channel),
        unit_price_fen=row.unit_price_fen, resident_part_fen=row.resident_part_fen,
        expected_subsidy_fen=row.expected_subsidy_fen, pay_means=PayMeans(row.pay_means),
        window_from_s=row.window_from_s, window_to_s=row.window_to_s, state=OrderState(row.state),
        cancel_reason=row.cancel_reason, flags=rules.flags_of(row.flag), flag_owner=row.flag_owner, note=row.note,
        created_by=row.created_by, created_at=row.created_at, street_code=street_code, paid_fen=paid_fen,
        avoids=tuple(row.avoids.get("needs", ())),
    )  # fmt: skip


def payment_record(row: models.Payment) -> PaymentRecord:
    return PaymentRecord(
        id=row.id, order_id=OrderId(row.order_id), kind=PaymentKind(row.kind), amount_fen=row.amount_fen,
        means=PayMeans(row.means), at=row.at, by_name=row.by_name, reference=row.reference,
    )  # fmt: skip


def choice_record(row: models.DishChoice) -> DishChoiceRecord:
    return DishChoiceRecord(
        id=row.id, resident_id=ResidentId(row.resident_id), day=row.day, slot=MealSlot(row.slot), kind=ChoiceKind(row.kind),
        dish_code=row.dish_code, means=Channel(row.means), voice=Voice(row.voice), note=row.note or "", by_name=row.by_name,
        at=row.at,
    )  # fmt: skip


def line_record(row: models.BookLine, added_by: Mapping[int, int]) -> BookLineRecord:
    return BookLineRecord(
        line_id=BookLineId(row.id), order_id=OrderId(row.order_id), resident_id=ResidentId(row.resident_id),
        revision=row.revision, quantity=row.quantity, street_code=row.street_code, lon=row.lon, lat=row.lat,
        precision=Precision(row.precision), place_key=row.place_key, floor=row.floor, has_lift=row.has_lift,
        diets=tuple(row.diets), strict_diets=frozenset(row.strict_diets), dish_code=row.dish_code, size=Size(row.size),
        delivery=Delivery(row.delivery), station_code=row.station_code, handover=Handover(row.handover),
        priority=row.priority, must_serve=row.must_serve, window_from_s=row.window_from_s, window_to_s=row.window_to_s,
        unit_price_fen=row.unit_price_fen, cash_due_fen=row.cash_due_fen, flags=rules.flags_of(row.flag),
        flag_owner=row.flag_owner, amendment_id=added_by.get(row.id), avoids=tuple(row.avoids.get("needs", ())),
        strict_avoids=frozenset(row.avoids.get("strict", ())),
    )  # fmt: skip


def amendment_record(row: models.Amendment) -> AmendmentRecord:
    return AmendmentRecord(
        id=row.id, kind=AmendmentKind(row.kind), order_id=OrderId(row.order_id),
        cancels_line_id=None if row.cancels_line_id is None else BookLineId(row.cancels_line_id),
        adds_line_id=None if row.adds_line_id is None else BookLineId(row.adds_line_id), reason=row.reason,
        by_name=row.by_name, at=row.at, before=row.before, after=row.after,
    )  # fmt: skip


def book_record(
    row: models.OrderBook, lines: Iterable[models.BookLine], amendments: Sequence[models.Amendment]
) -> OrderBookRecord:
    """The book in effect: what was frozen, less what amendments took out, with what they added."""
    gone = {amendment.cancels_line_id for amendment in amendments}
    added_by = {amendment.adds_line_id: amendment.id for amendment in amendments if amendment.adds_line_id is not None}
    records = tuple(line_record(line, added_by) for line in lines if line.id not in gone)
    return OrderBookRecord(
        id=row.id, day=row.day, slot=MealSlot(row.slot), state=BookState(row.state), closed_at=row.closed_at,
        closed_by=row.closed_by, lines=records, amendments=tuple(map(amendment_record, amendments)),
    )  # fmt: skip
