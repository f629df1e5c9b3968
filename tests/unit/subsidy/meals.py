"""Small makers for the tests of the money."""

from __future__ import annotations

from datetime import date
from typing import Any

from mealroute.subsidy.records import Handover, ResidentOnDay

MONDAY = date(2026, 2, 2)


def person(number: int = 1, **changes: Any) -> ResidentOnDay:
    values: dict[str, Any] = {
        "resident_id": number,
        "code": f"R{number:04d}",
        "state": "active",
        "living": "alone",
        "basic_service": True,
    }
    return ResidentOnDay(**{**values, **changes})


def meal(number: int = 1, *, resident: ResidentOnDay | None = None, **changes: Any) -> Handover:
    """A lunch of 17 yuan handed over on Monday, the resident's 12 yuan paid; ``number`` gives all its ids."""
    values: dict[str, Any] = {
        "book_line_id": number,
        "order_id": 100 + number,
        "proof_id": 1000 + number,
        "day": MONDAY,
        "slot": "lunch",
        "outcome": "handed-over",
        "portions": 1,
        "unit_price_fen": 1700,
        "paid_fen": 1200,
        "street_code": "110101005",
        "vendor_code": "V01",
        "resident": resident or person(number),
    }
    return Handover(**{**values, **changes})
