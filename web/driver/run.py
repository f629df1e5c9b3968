"""A run as the phone shows it: the sheet, and what is already recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.text import mask_name
from mealroute.delivery import queries as delivery
from mealroute.delivery.records import LineOutcome, StationReceiptRecord
from mealroute.dispatch import offer_queries as offers
from mealroute.dispatch.records import Manifest, ManifestItem, ManifestStop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run has come."""

    stops: int
    stops_done: int
    portions_left: int


@dataclass(frozen=True, slots=True)
class RunView:
    """The sheet of a run with the records of its doors."""

    manifest: Manifest
    outcomes: Mapping[int, LineOutcome]
    receipts: Mapping[int, StationReceiptRecord]
    held: bool = True
    """Whether the driver's vendor has promised the run; the work is shown in any case."""

    @property
    def stops(self) -> tuple[ManifestStop, ...]:
        return tuple(stop for trip in self.manifest.trips for stop in trip.stops)

    @property
    def progress(self) -> Progress:
        left = sum(self._left(stop) for stop in self.stops)
        return Progress(len(self.stops), sum(self.done(stop) for stop in self.stops), left)

    def _left(self, stop: ManifestStop) -> int:
        if stop.station_bulk:
            return 0 if self.done(stop) else stop.portions
        return sum(item.quantity for item in stop.items if self.outcome(item) is None)

    def outcome(self, item: ManifestItem) -> LineOutcome | None:
        found = self.outcomes.get(item.book_line_id)
        return found if found is not None and found.outcome is not None else None

    def name_of(self, item: ManifestItem) -> str:
        """The full name until the meal has its record; masked from then on."""
        return item.name if self.outcome(item) is None else mask_name(item.name)

    def names_of(self, stop: ManifestStop) -> str:
        """Everybody at a stop."""
        return "、".join(self.name_of(item) for item in stop.items)

    def done(self, stop: ManifestStop) -> bool:
        """Every line of the stop has a record; a station has signed for its box."""
        if stop.station_bulk:
            return stop.visit_id in self.receipts
        return all(self.outcome(item) is not None for item in stop.items)

    def next_stop(self, after: ManifestStop | None = None) -> ManifestStop | None:
        """The first open stop, in the order of the sheet; skips ``after``."""
        return next((stop for stop in self.stops if not self.done(stop) and stop is not after), None)

    def stop(self, visit_id: int) -> ManifestStop:
        """The stop of this run, or NotFound."""
        for stop in self.stops:
            if stop.visit_id == visit_id:
                return stop
        raise NotFound("stop-not-found", _("This stop is not on your run."))

    def line(self, book_line_id: int) -> tuple[ManifestStop, ManifestItem]:
        """The stop and person of one line of this run, or NotFound."""
        for stop in self.stops:
            for item in stop.items:
                if item.book_line_id == book_line_id:
                    return stop, item
        raise NotFound("line-not-found", _("This meal is not on your run."))


def view_of(db: Session, manifest: Manifest) -> RunView:
    """The run with what the doors have reported so far."""
    found = delivery.outcomes(db, manifest.day, manifest.slot, scope=Scope(driver=manifest.driver_code))
    stations = [stop.visit_id for trip in manifest.trips for stop in trip.stops if stop.station_bulk]
    receipts = delivery.station_receipts(db, stations)
    return RunView(
        manifest, {line.book_line_id: line for line in found if line.run_id == manifest.run_id}, receipts,
        held=offers.is_held(db, manifest.run_id),
    )  # fmt: skip
