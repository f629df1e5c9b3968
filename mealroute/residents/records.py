"""The words of this feature: a resident as the other stages see one."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from mealroute.adapters.coordinates import Datum
from mealroute.core.geo import LonLat

__all__ = [
    "CategoryRule", "CategoryTable", "Consent",
    "ContactRecord", "Datum", "Diet", "ExportedFile", "Handover", "Living", "PauseReason", "PauseRecord", "Precision", "ResidentId",
    "ResidentRecord", "ResidentState", "ResidentSummary", "Sex", "StateChangeRecord",
]  # fmt: skip

ResidentId = NewType("ResidentId", int)


class ResidentState(StrEnum):
    """Where a resident stands with the service on a day. ``paused`` is never stored: it follows from a dated pause."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    DECEASED = "deceased"


class Sex(StrEnum):
    """As written on the identity card; ``unknown`` where a sheet leaves it out."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class Living(StrEnum):
    """Who lives behind the door. ``unknown`` where nobody has said."""

    ALONE = "alone"
    COUPLE_BOTH_80 = "couple-both-80"
    COUPLE = "couple"
    WITH_FAMILY = "with-family"
    INSTITUTION = "institution"
    UNKNOWN = "unknown"


class Handover(StrEnum):
    """The least that must happen at the door."""

    IN_PERSON_ONLY = "in-person-only"
    CONTACT_ALLOWED = "contact-allowed"
    DOOR_ALLOWED = "door-allowed"


class Precision(StrEnum):
    """How near the point is to the door."""

    DOOR = "door"
    BUILDING = "building"
    STREET = "street"
    NONE = "none"


class Consent(StrEnum):
    """Whether the person (or who acts for them) agrees that avoided foods, which tell of health, are kept."""

    GIVEN = "given"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class PauseReason(StrEnum):
    """Why no meals are wanted for a while."""

    HOSPITAL = "hospital"
    AWAY = "away"
    FAMILY = "family"
    OTHER = "other"


class Diet(StrEnum):
    """What a meal must be, or must not contain. Which dish suits is decided in menus."""

    NORMAL = "normal"
    LOW_SUGAR = "low-sugar"
    LOW_SALT = "low-salt"
    SOFT = "soft"
    PUREE = "puree"
    HALAL = "halal"
    VEGETARIAN = "vegetarian"
    NO_PEANUT = "no-peanut"
    NO_SEAFOOD = "no-seafood"


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """Someone to call about a resident. ``may_receive``: may take the meal where the handover rule allows a contact."""

    name: str
    relation: str
    phone: str
    may_receive: bool
    position: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRecord:
    """Days without meals, both ends inclusive; ``ends_on`` None = until somebody says otherwise."""

    id: int
    resident_id: ResidentId
    starts_on: date
    ends_on: date | None
    reason: PauseReason
    note: str = ""
    created_by: str = ""
    cancelled: bool = False

    def covers(self, day: date) -> bool:
        return not self.cancelled and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChangeRecord:
    """One line of a resident's history: the state that holds from ``since`` on."""

    state: ResidentState
    since: date
    reason: str
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRecord:
    """A resident on one day: state, diets, categories and pauses are those of that day.

    Holds no ID number: whoever needs it asks ``service.reveal``, which is recorded. ``categories`` includes what follows
    from age, ability and living situation that day. ``avoids`` are foods beside the diets (codes of ``foods.py``). ``point`` is WGS-84 whatever datum it came in. ``registration``
    is the official code of where the household is registered, ``enrolled`` the first day in service where it is known.
    """

    id: ResidentId
    code: str
    name: str
    name_pinyin: str
    name_initials: str
    sex: Sex
    birth_date: date
    phone: str | None
    has_id_number: bool
    street_code: str
    community: str
    address: str
    building: str
    unit: str
    floor: int | None
    has_lift: bool
    door_note: str
    living: Living
    ability_level: int | None
    ability_standard: str
    assessed_on: date | None
    assessment_valid_until: date | None
    basic_service: bool
    basic_service_from: date | None
    handover: Handover
    state: ResidentState
    state_since: date
    point: LonLat | None
    datum_original: Datum | None
    precision: Precision
    point_source: str
    point_confirmed_by: str
    note: str
    diets: tuple[Diet, ...]
    strict_diets: frozenset[Diet]
    categories: tuple[str, ...]
    contacts: tuple[ContactRecord, ...]
    avoids: tuple[str, ...] = ()
    strict_avoids: frozenset[str] = frozenset()
    health_consent: Consent = Consent.UNKNOWN
    health_consent_on: date | None = None
    registration: str = ""
    enrolled: date | None = None

    @property
    def needs(self) -> frozenset[str]:
        """Diets and avoided foods together: everything that a dish must meet."""
        return frozenset({*map(str, self.diets), *map(str, self.strict_diets), *self.avoids, *self.strict_avoids})

    @property
    def strict_needs(self) -> frozenset[str]:
        """Those among them that are marked as never to be waived."""
        return frozenset({*map(str, self.strict_diets), *self.strict_avoids})

    def age_on(self, day: date) -> int:
        """Full years on ``day``. Someone born on 29 February is a year older from 1 March in common years (民法典 practice)."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class DoorName:
    """Who lives where: all that a list of doors says of a person."""

    name: str
    street_code: str
    address: str
    building: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentSummary:
    """A resident in a list: masked name, address to the building, nothing that a desk does not need."""

    id: ResidentId
    code: str
    name: str
    age: int
    street_code: str
    street_name: str
    address: str
    state: ResidentState
    diets: tuple[Diet, ...]
    strict_diets: frozenset[Diet]
    categories: tuple[str, ...]
    must_serve: bool
    handover: Handover
    has_point: bool
    has_phone: bool
    pause: PauseRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule:
    """One category of the closed vocabulary. Where any of the four bounds is set it follows from the ledger by itself."""

    code: str
    name_zh: str
    name_en: str
    priority: int
    must_serve: bool
    handover: Handover | None = None
    age_from: int | None = None
    ability_from: int | None = None
    ability_to: int | None = None
    living: frozenset[Living] = frozenset()
    source: str = ""

    @property
    def derived(self) -> bool:
        return self.age_from is not None or self.ability_from is not None or bool(self.living)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryTable:
    """All categories, heaviest first, and the bounds of 老老人."""

    rules: tuple[CategoryRule, ...]
    laolaoren_age: int
    laolaoren_disabled_age: int
    laolaoren_disabled_level: int

    def rule(self, code: str) -> CategoryRule | None:
        return next((rule for rule in self.rules if rule.code == code), None)


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was taken out of the ledger, with what the audit knows of it."""

    name: str
    content: bytes
    rows: int
    digest: str
