"""What a driver's form or a phone's JSON says, read into one record of delivery."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _, _l
from mealroute.core.money import parse_yuan
from mealroute.delivery.records import Answer, LastMeal, LineOutcome, Outcome, ProofInput, Seems, Source
from mealroute.dispatch.records import Manifest
from mealroute.kitchen.log_records import Action
from mealroute.kitchen.log_rules import parse_tenths

E = TypeVar("E", bound=StrEnum)

REASONS = {
    "hand-over": (
        _l("Does not want it today"), _l("Has eaten already"), _l("Wrong dish for the diet"), _l("Meal cold or spilled"), _l("Feels unwell"),
        _l("Is away with family"), _l("Other, see the note"),
    ),
    "no-answer": (
        _l("Knocked and called, no answer"), _l("Phone off or wrong number"), _l("Gate or lift closed"), _l("Neighbour says away"),
        _l("Other, see the note"),
    ),
}  # fmt: skip


def proof_from_form(form: Mapping[str, str], manifest: Manifest) -> ProofInput:
    """The plain form; the phone's time is ours, for without script it tells none."""
    return proof_from({**form, "book_line_id": form.get("line", "")}, manifest)


def proof_from(data: Mapping[str, Any], manifest: Manifest) -> ProofInput:
    """One record for a line of this run. Raises a MealrouteError naming the field that is wrong."""
    line = read_whole(data.get("book_line_id"), "book_line_id")
    if line not in {item.book_line_id for trip in manifest.trips for stop in trip.stops for item in stop.items}:
        raise wrong("book_line_id")
    return door_record(data, manifest.run_id, line, manifest.driver_name, Source.PHONE)


def proof_from_desk(form: Mapping[str, str], line: LineOutcome, *, by_name: str, source: Source) -> ProofInput:
    """One record entered at a desk, from paper or at a counter."""
    return door_record(form, line.run_id, line.book_line_id, by_name, source)


def door_record(data: Mapping[str, Any], run_id: int, line: int, by_name: str, source: Source) -> ProofInput:
    try:
        outcome = Outcome(str(data.get("outcome", "")))
    except ValueError:
        raise wrong("outcome") from None
    return ProofInput(
        client_id=read_uuid(data.get("client_id")), run_id=run_id, book_line_id=line, outcome=outcome, reason=read_text(data, "reason", 200),
        note=read_text(data, "note", 1000), left_with=read_text(data, "left_with", 80), cash_collected_fen=_cash(data.get("cash_collected")),
        phone_at=read_moment(data.get("phone_at")), arrived_at=read_moment(data.get("arrived_at")), knocked_at=read_moment(data.get("knocked_at")), lon=_degrees(data.get("lon"), "lon", 180), lat=_degrees(data.get("lat"), "lat", 90),
        by_name=by_name, source=source, answer=_choice(data, "satisfaction", Answer), last_meal=_choice(data, "last_meal", LastMeal),
        seems=_choice(data, "seems", Seems), quantity=_optional_whole(data, "quantity"), spoken_code=read_text(data, "spoken_code", 20),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoxSigned:
    """What a station's counter signs for on the phone. Degrees in tenths; None where nobody could measure."""

    station_code: str
    client_id: str
    portions: int
    signed_by: str
    tenths: int | None
    action: Action | None
    again_tenths: int | None


def station_box(form: Mapping[str, str], manifest: Manifest, visit: int) -> BoxSigned:
    """The signature for a bulk stop of this run. Raises a MealrouteError naming the field that is wrong."""
    stops = [stop for trip in manifest.trips for stop in trip.stops if stop.visit_id == visit and stop.station_bulk]
    if not stops:
        raise wrong("visit")
    degrees, action, again = (form.get(name, "").strip() for name in ("degrees", "action", "again"))
    return BoxSigned(
        stops[0].station_code, read_uuid(form.get("client_id")), read_whole(form.get("portions"), "portions"), read_text(form, "signed_by", 80),
        parse_tenths(degrees) if degrees else None, Action(action) if action in set(Action) else None, parse_tenths(again) if again else None,
    )  # fmt: skip


def wrong(name: str) -> MealrouteError:
    return MealrouteError("field-wrong", _("The field %(name)s is missing or wrong.", name=name), field=name)


def read_whole(value: object, name: str) -> int:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise wrong(name)
    return int(text)


def read_uuid(value: object) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise wrong("client_id") from None


def read_text(data: Mapping[str, Any], name: str, longest: int) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise wrong(name)
    return value.strip()


def _cash(value: object) -> int:
    if value is None or value == "":
        return 0
    try:
        amount = parse_yuan(str(value))
    except ValueError:
        raise wrong("cash_collected") from None
    if amount < 0:
        raise wrong("cash_collected")
    return amount


def _choice(data: Mapping[str, Any], name: str, kind: type[E]) -> E | None:
    """What was said or seen, if anything was tapped; nothing is ever taken for an answer."""
    value = data.get(name)
    if value is None or value == "":
        return None
    try:
        return kind(str(value))
    except ValueError:
        raise wrong(name) from None


def _optional_whole(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    return None if value is None or value == "" else read_whole(value, name)


def read_moment(value: object) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise wrong("phone_at") from None
    if found.tzinfo is None:
        raise wrong("phone_at")
    return found


def _degrees(value: object, name: str, limit: float) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
        raise wrong(name)
    return float(value)
