"""The words of who serves which street: contracts of streets, and who stands in when nobody else comes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mealroute.vendors.records import ValidityWarning


class BackupKind(StrEnum):
    """Who stands in: a vendor of the register, or a volunteer driver."""

    VENDOR = "vendor"
    VOLUNTEER = "volunteer"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetContractRecord:
    """A street's own contract with a vendor, both days inclusive; ``valid_to`` ``None`` = until it is ended."""

    id: int
    vendor_code: str
    street_code: str
    contract_no: str
    valid_from: date
    valid_to: date | None
    by_name: str

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRecord:
    """Who brings a street's meals when nobody else does, in the order of ``position``; both days inclusive.

    ``code`` is the vendor's or the driver's; ``against`` says why it may not be given work on the day asked about (empty = it may).
    """

    id: int
    street_code: str
    position: int
    kind: BackupKind
    code: str
    name: str
    phone: str | None
    valid_from: date
    valid_to: date | None
    against: tuple[ValidityWarning, ...] = ()
