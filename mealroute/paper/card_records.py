"""The words of cards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """Whom to call."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentCard:
    """What a resident keeps by the door or in the purse. ``code`` is said, never shown."""

    name: str
    code: str
    street: str
    numbers: tuple[Number, ...]
    resident_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCard:
    """What a driver leaves at a door. ``place`` is route and stop, empty for one without: no name, no meal, it hangs outside."""

    place: str
    numbers: tuple[Number, ...]
