"""Who acts, in which role, and over which rows. One vocabulary for audit, permission and scope."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """The roles of the people who use the program (product: people)."""

    DISPATCHER = "dispatcher"
    KITCHEN = "kitchen"
    DRIVER = "driver"
    VENDOR = "vendor"
    STATION = "station"
    HOTLINE = "hotline"
    FINANCE = "finance"
    STREET_CHECKER = "street-checker"
    DISTRICT_APPROVER = "district-approver"
    AUDITOR = "auditor"
    DISTRICT = "district"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which rows a person reaches; ``None`` means no limit on that side.

    ``streets`` limits residents and everything that hangs on them; ``vendor``, ``kitchen``, ``driver`` and ``station``
    limit runs, fleets and sheets to one code.
    """

    streets: frozenset[str] | None = None
    vendor: str | None = None
    kitchen: str | None = None
    driver: str | None = None
    station: str | None = None

    @classmethod
    def everything(cls) -> "Scope":
        return cls()

    def through_runs(self) -> "Scope":
        """The scope for rows that hang on a run: vendors, kitchens and drivers reach them by the run, not by the street."""
        by_run = self.vendor is not None or self.kitchen is not None or self.driver is not None
        return replace(self, streets=None) if by_run else self

    def sees_street(self, code: str) -> bool:
        return self.streets is None or code in self.streets


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person (or the program itself) that does something; goes into every audit event."""

    account_id: int | None
    name: str
    role: Role
    scope: Scope


SYSTEM = Actor(account_id=None, name="mealroute", role=Role.SYSTEM, scope=Scope.everything())
