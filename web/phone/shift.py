"""One shift as the phone keeps it: the sheet in words, what is asked for at each door, which records stand, what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mealroute.adapters.coordinates import amap_navigation_url
from mealroute.core.actor import Scope
from mealroute.core.geo import LonLat
from mealroute.core.money import yuan
from mealroute.core.text import route_label
from mealroute.delivery import loading, messages, shift_queries
from mealroute.delivery.loading import CheckRecord
from mealroute.delivery.records import Outcome
from mealroute.delivery.shift_queries import AskedAt, DoorRecord
from mealroute.dispatch import handover_notes, queries
from mealroute.dispatch.records import Manifest, ManifestItem, ManifestStop, ManifestTrip
from mealroute.kitchen.box_records import BoxKind
from mealroute.kitchen.figures import figures_on
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId
from web.driver import changes, links
from web.driver.run import RunView, view_of
from web.formatters import clock_at, full_day, local_address, time_of
from web.plan.mapdata import roads_around
from web.vocabulary import tone, word

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LATER = frozenset({Outcome.NOT_REACHED, Outcome.SHORT})
"""Outcomes that no driver tells from a door."""


def shift_of(db: Session, token: str) -> Mapping[str, Any]:
    """Everything but the map. ``gone``: there is nothing left to drive. Raises NotFound for a link that opens nothing."""
    told = [_told(one) for one in changes.told(db, links.notices_of(db, token))]
    written = _messages(db, token)
    if links.closed_run(db, token) is not None:
        return {"gone": True, "told": told, "messages": written}
    manifest = links.manifest_of(db, token)
    view = view_of(db, manifest)
    told = [_told(one) for one in changes.told(db, links.notices_of(db, token), view)]
    lines = [item.book_line_id for stop in view.stops for item in stop.items]
    doors = Doors(
        view, shift_queries.asked(db, lines, manifest.day), shift_queries.standing(db, lines), shift_queries.beside(db, lines)
    )  # fmt: skip
    checks = {check.trip: check for check in loading.checks_of(db, [manifest.run_id])}
    return {
        "gone": False, "told": told, "messages": written, "run": _run(manifest, held=view.held),
        "trips": [_trip(trip, checks.get(trip.number)) for trip in manifest.trips],
        "stops": [doors.stop(stop) for stop in view.stops],
        "outcomes": {str(each): {"word": word("outcome", each), "tone": tone("outcome", each)} for each in Outcome},
        "boxes": [{"kind": str(kind), "word": word("box", kind)} for kind in BoxKind],
    }  # fmt: skip


def _messages(db: Session, token: str) -> list[Mapping[str, Any]]:
    """What the desk has written and nobody has read yet, the oldest first."""
    found = messages.unseen(messages.of_driver(db, links.standing(db, token)))
    return [{"id": each.id, "text": each.text, "by": each.by_name, "at": time_of(each.at)} for each in found]


def map_of(db: Session, token: str) -> Mapping[str, Any]:
    """Our own roads around the run, and its way along them; ``[lat, lon, lat, lon, …]``. No picture from elsewhere."""
    manifest = links.manifest_of(db, token)
    run = queries.run(db, manifest.run_id, scope=Scope.everything())
    legs = next(
        (route.legs for route in planning.geometry(db, PlanVersionId(run.version_id)) if route.number == run.number), ()
    )
    way = [[round(part, 5) for point in leg for part in (point.lat, point.lon)] for leg in legs if len(leg) > 1]
    stops = [(s.lat, s.lon) for t in manifest.trips for s in t.stops if s.lat is not None and s.lon is not None]
    along = [(leg[n], leg[n + 1]) for leg in way for n in range(0, len(leg), 2)]
    return {"roads": list(roads_around(tuple(stops + along))), "way": way}


def _run(manifest: Manifest, *, held: bool) -> Mapping[str, Any]:
    return {
        "id": manifest.run_id, "number": manifest.number, "label": route_label(manifest.number), "colour": (manifest.number - 1) % 18 + 1, "day": manifest.day.isoformat(), "day_word": full_day(manifest.day),
        "slot": word("slot", manifest.slot), "kitchen": manifest.kitchen_name, "vehicle": manifest.vehicle_code, "plate": manifest.plate,
        "version": manifest.version_number, "portions": manifest.portions, "leave": clock_at(manifest.depart_s),
        "last": clock_at(manifest.last_stop_s), "cash_due": yuan(manifest.cash_total_fen) if manifest.cash_total_fen else "",
        "held": held, "driver": manifest.driver_name, "hot_least": figures_on(manifest.day).hot_least,
    }  # fmt: skip


def _trip(trip: ManifestTrip, check: CheckRecord | None) -> Mapping[str, Any]:
    totals: dict[str, dict[str, Any]] = {}
    for total in loading.listed(trip):
        row = totals.setdefault(
            loading.key_of(total),
            {"key": loading.key_of(total), "portions": 0, "label": total.label, "dish": total.dish_name, "sealed": total.sealed,
             "size": word("size", total.size) if total.size == "large" else ""},
        )  # fmt: skip
        row["portions"] += total.portions
    return {
        "number": trip.number, "load_at": clock_at(trip.load_at_s), "leave": clock_at(trip.leave_s), "portions": trip.portions,
        "listed": list(totals.values()),
        "checked": None if check is None else {"at": time_of(check.at), "by": check.by_name, "differences": len(check.differences)},
    }  # fmt: skip


class Doors:
    """The stops of a run in words, with what is known of each line."""

    def __init__(
        self,
        view: RunView,
        asked: Mapping[int, AskedAt],
        standing: Mapping[int, DoorRecord],
        beside: Mapping[int, tuple[DoorRecord, ...]],
    ) -> None:
        self._view, self._asked, self._standing, self._beside = view, asked, standing, beside

    def stop(self, stop: ManifestStop) -> Mapping[str, Any]:
        receipt = self._view.receipts.get(stop.visit_id)
        navigate = ""
        if stop.lon is not None and stop.lat is not None:
            navigate = amap_navigation_url(LonLat(stop.lon, stop.lat), stop.address)
        return {
            "visit": stop.visit_id, "position": stop.position, "trip": stop.trip, "arrival": clock_at(stop.arrival_s),
            "arrival_s": stop.arrival_s, "window": _window(stop), "address": local_address(stop.address), "lat": stop.lat, "lon": stop.lon,
            "navigate": navigate, "margin": None if stop.margin_s is None else stop.margin_s // 60, "bulk": stop.station_bulk,
            "portions": stop.portions, "items": [] if stop.station_bulk else [self.item(item) for item in stop.items],
            "signed": None if receipt is None else {"by": receipt.signed_by, "portions": receipt.portions, "at": time_of(receipt.at)},
        }  # fmt: skip

    def item(self, item: ManifestItem) -> Mapping[str, Any]:
        """A person: everything until the meal has its record, then what the trace needs and a masked name."""
        standing, asked = self._standing.get(item.book_line_id), self._asked[item.book_line_id]
        open_ = standing is None
        return {
            "line": item.book_line_id, "name": self._view.name_of(item), "phone": item.phone if open_ else "", "door": item.door,
            "note": item.door_note, "portions": item.quantity, "dish": item.dish_name,
            "size": word("size", item.size) if item.size == "large" else "", "diets": [word("diet", diet) for diet in item.diets],
            "strict": item.strict, "cash": yuan(item.cash_due_fen) if item.cash_due_fen else "",
            "in_person": word("handover", item.handover) if item.handover == "in-person-only" else "",
            "may_leave": {"left-with-contact": item.handover != "in-person-only", "left-at-door": item.handover == "door-allowed"},
            "new_face": item.new_face, "brief": handover_notes.text(item.brief) if item.brief else "",
            "contact": item.contact_name if open_ else "", "contact_phone": item.contact_phone if open_ else "",
            "asked": {str(end): {name: str(level) for name, level in fields.items()} for end, fields in asked.evidence.items()},
            "taps": {"last_meal": asked.last_meal, "seems": asked.seems, "satisfaction": asked.satisfaction},
            "standing": None if standing is None else _door(standing),
            "beside": [_door(each) for each in self._beside.get(item.book_line_id, ())],
        }  # fmt: skip


def _window(stop: ManifestStop) -> str:
    if stop.window_from_s is None:
        return ""
    return f"{clock_at(stop.window_from_s)}–{clock_at(stop.window_to_s)}"


def _door(record: DoorRecord) -> Mapping[str, Any]:
    return {
        "client_id": record.client_id, "outcome": str(record.outcome), "word": word("outcome", record.outcome),
        "tone": tone("outcome", record.outcome), "at": time_of(record.at), "by": record.by_name, "device": record.device,
    }  # fmt: skip


def _told(one: changes.Told) -> Mapping[str, Any]:
    return {
        "id": one.notice.id, "kind": str(one.notice.kind), "head": one.head, "at": time_of(one.notice.at), "sentences": list(one.sentences),
        "reason": one.notice.reason, "by": one.notice.by_name,
        "stops": [
            {"kind": stop.kind, "number": stop.number, "who": stop.who, "address": local_address(stop.address),
             "word": word("stop-change", stop.kind), "at": clock_at(stop.at_s)}
            for stop in one.stops
        ],
    }  # fmt: skip
