"""Natural keys, windows, cut-offs, places: what follows from an order's facts. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mealroute.core.clock import at_seconds
from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.core.text import compact
from mealroute.menus.records import SlotTimes
from mealroute.orders.records import Delivery, Flag, PayMeans, PaymentKind, StandingOrderRecord
from mealroute.residents.records import ResidentRecord

LARGEST_QUANTITY = 50
"""More portions in one order are a slip of the keyboard; a party orders several times."""


def standing_key(day: date, slot: MealSlot, standing_code: str) -> str:
    """One order a day for each standing order: ``2026-03-09/lunch/S0001``."""
    return f"{day.isoformat()}/{slot}/{standing_code}"


def one_off_key(day: date, slot: MealSlot, resident_code: str, token: str) -> str:
    """One order for each request: the caller's token makes a second sending of the same request the same order."""
    return f"{day.isoformat()}/{slot}/{resident_code}/one-off/{token}"


def place_key(resident: ResidentRecord) -> str:
    """The building entrance: residents with the same key are served with one setup. The address where no building is known."""
    place = (resident.building, resident.unit) if resident.building else (resident.address, "")
    return "|".join(map(compact, (resident.street_code, resident.community, *place)))


def window(delivery: Delivery, asked_from: int | None, asked_to: int | None, times: SlotTimes) -> tuple[int, int]:
    """The time window of an order: what was asked for, else the slot's. A half that was asked is kept as far as it goes."""
    home = delivery is Delivery.HOME
    begins, ends = (times.door_from_s, times.door_to_s) if home else (times.station_from_s, times.station_to_s)
    begins = begins if asked_from is None else asked_from
    ends = ends if asked_to is None else asked_to
    return (begins, ends) if begins <= ends else (min(begins, ends), max(begins, ends))


def cutoff_at(day: date, times: SlotTimes, zone: ZoneInfo) -> datetime:
    """The last moment at which an order for ``day`` may change without an amendment."""
    return at_seconds(day - timedelta(days=times.cutoff_days_before), times.cutoff_s, zone)


def flag_text(flags: Iterable[Flag]) -> str:
    """Flags as stored: their words, separated by blanks, in a fixed order."""
    held = set(flags)
    return " ".join(flag for flag in Flag if flag in held)


def flags_of(text: str) -> tuple[Flag, ...]:
    """The inverse of ``flag_text``."""
    return tuple(Flag(word) for word in text.split())


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that makes what was paid equal to what is due."""

    kind: PaymentKind
    amount_fen: Fen


def settle(means: PayMeans, due_fen: Fen, paid_fen: Fen) -> Movement | None:
    """What has to move for an order: the rest where it is paid beforehand, the surplus back in any case."""
    if paid_fen > due_fen:
        return Movement(PaymentKind.REFUND, paid_fen - due_fen)
    if paid_fen < due_fen and means.prepaid:
        return Movement(PaymentKind.PAYMENT, due_fen - paid_fen)
    return None


def overlaps(one: StandingOrderRecord, other: StandingOrderRecord) -> bool:
    """Whether two standing orders of one resident would give two meals in one slot."""
    same_time = (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )
    both = any(a and b for a, b in zip(one.portions, other.portions, strict=True))
    return one.resident_id == other.resident_id and one.slot is other.slot and same_time and both
