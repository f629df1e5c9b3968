"""The words of paper: packs for a day without a server, and sheets that are keyed back in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from mealroute.core.geo import LonLat
from mealroute.dispatch.records import Manifest
from mealroute.kitchen.records import ProductionSheet

PackId = NewType("PackId", int)
DISTRICT = ""
"""In the place of a street's code: the part for the whole district, with the sheets of routes that cross streets."""


class PackBasis(StrEnum):
    """On what a pack rests, the best first."""

    PUBLISHED = "published"
    DRAFT = "draft"
    WEEKDAY = "weekday"
    NONE = "none"


class PackAct(StrEnum):
    """What somebody did with a pack. It holds full names and numbers, so each of these is kept."""

    MADE = "made"
    PRINTED = "printed"
    DOWNLOADED = "downloaded"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackPolicy:
    """The district's own figures (``data/rules/paper.yaml``); ``made_at`` in minutes since midnight."""

    made_at: int
    keep_days: int
    weeks_back: int
    code_days: int
    blank_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRecord:
    """One pack in the register. ``file`` is its name inside the folder of packs; ``kept`` False: deleted by the rule, the line stays.

    ``basis_day`` is the day of the plan that it rests on: another one than ``day`` where ``basis`` is ``weekday``.
    """

    id: PackId
    day: date
    slot: str
    street_code: str
    basis: PackBasis
    basis_day: date | None
    version_number: int | None
    file: str
    sha256: str
    size: int
    pages: int
    sheets: int
    portions: int
    people: int
    made_at: datetime
    made_by: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PackActRecord:
    """Who did what with a pack, and when."""

    pack_id: PackId
    act: PackAct
    by_name: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderContact:
    """Somebody to call on a rung. ``phone`` empty: not on file, a line is left to write it."""

    name: str
    what: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRung:
    """One rung of the street's ladder, lowest first: what is done, who is called. ``minutes`` None: no time is set."""

    name: str
    step: str
    minutes: int | None
    contacts: tuple[LadderContact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderPerson:
    """A person of the pack with whom to call about them; full names and numbers: the sheet is for the bad day."""

    resident_id: int
    name: str
    age: int
    phone: str
    community: str
    address: str
    door_note: str
    marks: tuple[str, ...]
    in_person: bool
    stop: str
    contacts: tuple[LadderContact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Somebody whom the sheets of the pack leave out, or carry without an order; ``portions`` of the day."""

    name: str
    address: str
    phone: str
    portions: int
    diets: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackContent:
    """All that one pack says. ``sheets`` are drivers' own, whole; ``parts`` are a desk's copies of sheets in the district's part.

    In portions: those of ``sheets`` + those of ``parts`` = what the plan brings to the street. ``add`` and ``strike`` are what that
    plan lacks or has too much against the day's orders.
    """

    day: date
    slot: str
    street_code: str
    street_name: str
    basis: PackBasis
    basis_day: date | None
    version_number: int | None
    made_at: str
    made_by: str
    keep_days: int
    sheets: tuple[Manifest, ...]
    parts: tuple[Manifest, ...]
    production: ProductionSheet | None
    people: tuple[LadderPerson, ...]
    rungs: tuple[LadderRung, ...]
    add: tuple[Missing, ...]
    strike: tuple[Missing, ...]
    blank_lines: int
    paths: Mapping[int, Sequence[LonLat]]
    """The way along the roads, by route number."""

    @property
    def whole_district(self) -> bool:
        return self.street_code == DISTRICT

    @property
    def portions(self) -> int:
        return sum(sheet.portions for sheet in (*self.sheets, *self.parts))


@dataclass(frozen=True, slots=True)
class DrawnPack:
    """The bytes of a pack and how many pages they fill."""

    content: bytes
    pages: int
