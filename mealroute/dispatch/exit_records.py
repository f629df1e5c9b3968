"""The words of a vendor's exit: what hangs on it, who takes over each, and what a trial of the next service day says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mealroute.core.money import Fen
from mealroute.dispatch.records import RunRecord
from mealroute.planning import words
from mealroute.vendors.area_records import BackupRecord, StreetContractRecord
from mealroute.vendors.records import DriverRecord, KitchenRecord, StationRecord, VehicleRecord, VendorRecord

NOBODY = ""
"""Taken over by nobody: a kitchen closes, a driver or vehicle leaves, a contract only ends."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Who takes over each thing, by its code; ``NOBODY`` where nobody does.

    ``kitchens``, ``stations`` and ``contracts`` (by street) name a vendor. ``drivers`` and ``vehicles`` name the kitchen where they
    go on, and so its vendor; one that is not named goes with its kitchen.
    """

    kitchens: Mapping[str, str] = field(default_factory=dict)
    drivers: Mapping[str, str] = field(default_factory=dict)
    vehicles: Mapping[str, str] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)
    contracts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, dict[str, str]]:
        return {
            name: dict(getattr(self, name)) for name in ("kitchens", "drivers", "vehicles", "stations", "contracts")
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Mapping[str, str]]) -> "Choices":
        return cls(**{name: dict(value) for name, value in data.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """What hangs on a vendor. ``residents``: whom it cooked for or brought meals to in the last four weeks, or who have standing
    orders at its stations. ``runs``: published ones that are still to be driven; while there are any, nobody leaves.
    """

    vendor: VendorRecord
    next_day: date
    kitchens: tuple[KitchenRecord, ...]
    drivers: tuple[DriverRecord, ...]
    vehicles: tuple[VehicleRecord, ...]
    stations: tuple[StationRecord, ...]
    contracts: tuple[StreetContractRecord, ...]
    backups: tuple[BackupRecord, ...]
    residents: frozenset[int]
    cooked_for: int
    brought_to: int
    station_orders: int
    runs: tuple[RunRecord, ...]
    accounts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """Somebody who would get no meal on the next service day because of the exit, why, and who answers for the street."""

    resident_id: int
    street_code: str
    portions: int
    code: str
    reason: str
    owner: str

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return words.reason(self.code, self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The next service day planned with the vendor gone, beside the same day with it.

    ``residents`` = ``taken_over`` + ``not_due`` + ``without_place`` + how many of ``unserved`` are the vendor's (``unserved_own``).
    ``without_place``: had no place with the vendor either, such as an address without a point. ``unserved`` names everybody of the
    district who loses a place. Costs are vehicles' and drivers', in fen.
    """

    vendor_code: str
    day: date
    choices: Choices
    residents: int
    taken_over: int
    not_due: int
    without_place: int
    unserved: tuple[Unserved, ...]
    unserved_own: int
    portions: int
    planned_before: int
    planned_after: int
    cost_before_fen: Fen
    cost_after_fen: Fen
    metres_before: int
    metres_after: int
    routes_before: int
    routes_after: int
    fingerprint: str

    @property
    def unserved_people(self) -> tuple[int, ...]:
        """Each person once."""
        return tuple(dict.fromkeys(one.resident_id for one in self.unserved))

    def as_json(self) -> dict[str, Any]:
        """For the job's result."""
        data: dict[str, Any] = {name: getattr(self, name) for name in _COUNTS}
        people = [
            [one.resident_id, one.street_code, one.portions, one.code, one.reason, one.owner] for one in self.unserved
        ]
        return data | {"day": self.day.isoformat(), "choices": self.choices.as_json(), "unserved": people}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Trial":
        people = tuple(
            Unserved(resident_id=who, street_code=street, portions=portions, code=code, reason=reason, owner=owner)
            for who, street, portions, code, reason, owner in data["unserved"]
        )
        return cls(
            **{name: data[name] for name in _COUNTS}, day=date.fromisoformat(data["day"]), choices=Choices.from_json(data["choices"]),
            unserved=people,
        )  # fmt: skip


_COUNTS = (
    "vendor_code", "residents", "taken_over", "not_due", "without_place", "unserved_own", "portions", "planned_before", "planned_after",
    "cost_before_fen", "cost_after_fen", "metres_before", "metres_after", "routes_before", "routes_after", "fingerprint",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRecord:
    """An exit that was carried out, for the record."""

    id: int
    vendor_code: str
    last_day: date
    residents: int
    taken_over: int
    unserved: tuple[tuple[int, str], ...]
    reason: str
    by_name: str
