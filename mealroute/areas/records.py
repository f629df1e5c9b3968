"""The words of this feature: a district has streets, a street has communities."""

from dataclasses import dataclass

from mealroute.core.geo import LonLat


@dataclass(frozen=True, slots=True)
class StreetRecord:
    """One street (街道). ``point`` is its centre, good enough for zoning and for the map's first view, not for doors."""

    code: str
    name: str
    name_en: str
    point: LonLat | None
    district_code: str = ""
    zone: str = ""

    @property
    def dispatch_owner(self) -> str:
        """Who answers for a resident of this street who has no place yet: the street's dispatcher."""
        return f"{self.name}调度"


@dataclass(frozen=True, slots=True)
class CommunityRecord:
    """One community (社区) of a street; the name is unique within its street."""

    id: int
    street_code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One line of the area sheet: a street, and one of its communities if the line names one."""

    street_code: str
    street: str
    street_en: str
    community: str
    point: LonLat | None
    source: str
    zone: str = ""
