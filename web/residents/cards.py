"""What a card and the short lists show beside the record itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _, language
from mealroute.core.text import mask_name
from mealroute.delivery import case_queries
from mealroute.experience import queries as experience
from mealroute.experience.records import DoorProfile
from mealroute.orders import queries as orders
from mealroute.orders.records import OrderRecord, StandingOrderRecord
from mealroute.residents import queries as residents
from mealroute.residents.loading import category_table
from mealroute.residents.records import PauseRecord, ResidentId, ResidentRecord, ResidentSummary
from mealroute.welfare import queries as welfare
from mealroute.welfare.records import Sight
from web import here
from web.formatters import WEEKDAYS
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def shows() -> list[tuple[str, str]]:
    """The short lists beside the search box."""
    return [("all", _("All")), ("paused", _("Paused")), ("unlocated", _("No point"))]


def summaries_for(db: Session, show: str, *, scope: Scope, day: date) -> tuple[ResidentSummary, ...]:
    """Who is paused on ``day``, or who has no point yet."""
    names = street_names(db)
    if show == "unlocated":
        return tuple(_summary(record, day, names, None) for record in residents.unlocated(db, scope=scope, day=day))
    pauses = residents.pauses_on(db, day)
    found = residents.active_on(db, day, scope=scope)
    return tuple(_summary(record, day, names, pauses[record.id]) for record in found if record.id in pauses)


def _summary(record: ResidentRecord, day: date, names: dict[str, str], pause: PauseRecord | None) -> ResidentSummary:
    table = category_table()
    rules = [rule for code in record.categories if (rule := table.rule(code)) is not None]
    return ResidentSummary(
        id=record.id, code=record.code, name=mask_name(record.name), age=record.age_on(day), street_code=record.street_code,
        street_name=names.get(record.street_code, record.street_code), address=f"{record.address} {record.building}".strip(),
        state=record.state, diets=record.diets, strict_diets=record.strict_diets, categories=record.categories,
        must_serve=any(rule.must_serve for rule in rules), handover=record.handover, has_point=record.point is not None,
        has_phone=record.phone is not None, pause=pause,
    )  # fmt: skip


def card_of(record: ResidentRecord) -> list[str]:
    """The names of the resident's categories, heaviest first, in the reader's language."""
    table = category_table()
    held = [rule for rule in table.rules if rule.code in record.categories]
    return [rule.name_zh if language() == "zh" else rule.name_en for rule in held]


def standing_week(
    db: Session, resident: ResidentId, *, scope: Scope, day: date
) -> list[tuple[StandingOrderRecord, list[tuple[int, str]]]]:
    """Each standing order with its week: portions and the letter of the day."""
    letters = WEEKDAYS["zh"] if language() == "zh" else [name[:2] for name in WEEKDAYS["en"]]
    found = orders.standing_orders(db, scope=scope, resident_id=resident, day=day)
    return [(order, list(zip(order.portions, letters, strict=True))) for order in found]


def recent_orders(db: Session, resident: ResidentId, *, scope: Scope, day: date) -> tuple[OrderRecord, ...]:
    """The orders around the day: four weeks back and one ahead, the newest first."""
    found = orders.orders_of(db, resident, day - timedelta(days=28), day + timedelta(days=7), scope=scope)
    return found[:12]


@dataclass(frozen=True, slots=True)
class Seen:
    """When somebody was last seen, how long their door takes, and the open case about them."""

    sight: Sight | None
    door: DoorProfile | None
    case: int | None


def seen_of(db: Session, record: ResidentRecord) -> Seen:
    """What the doors have taught about one person. For callers that already hold the resident within their scope."""
    number, today = int(record.id), here.clock().today()
    rules_of = welfare.rules_by_street(db, [record.street_code], today)
    sight = welfare.sights(db, rules_of, now=here.clock().now(), only=[number]).get(number)
    door = experience.door_profiles(db, [number], day=today).get(number)
    return Seen(sight, door, case_queries.open_case_of(db, number))
