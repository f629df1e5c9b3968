"""One loaded line for the rules of the scorecard: handed over in time, by a phone beside the door, unless said otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from mealroute.delivery.records import Outcome, Source
from mealroute.oversight.records import DoorLine

NOON = 12 * 3600


def line(number: int = 1, **changes: Any) -> DoorLine:
    values: dict[str, Any] = {
        "book_line_id": number, "day": date(2026, 2, 2), "slot": "lunch", "run_id": 1, "run_number": 1, "vendor_code": "V01",
        "kitchen_vendor_code": "V02", "street_code": "110101005", "at_station": False, "quantity": 1, "window_from_s": NOON - 3600, "window_to_s": NOON,
        "outcome": Outcome.HANDED_OVER, "delivered": 1, "seen": True, "source": Source.PHONE, "phone_s": NOON - 60, "delay_minutes": 1,
        "place_m": 5,
    }  # fmt: skip
    return DoorLine(**{**values, **changes})
