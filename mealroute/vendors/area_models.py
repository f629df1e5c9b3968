"""Tables of who serves which street: contracts of streets, and who stands in. Dates are inclusive."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.db import Base, UtcDateTime


class StreetContract(Base):
    """A street's own contract with a vendor; ``valid_to`` empty = until it is ended."""

    __tablename__ = "street_contract"
    __table_args__ = (
        UniqueConstraint("vendor_code", "street_code", "valid_from"),
        CheckConstraint("valid_to is null or valid_from <= valid_to", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_code: Mapped[str] = mapped_column(ForeignKey("vendor.code"))
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"), index=True)
    contract_no: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StreetBackup(Base):
    """Who brings a street's meals when nobody else does: a vendor or a volunteer driver, in the order of ``position``."""

    __tablename__ = "street_backup"
    __table_args__ = (
        UniqueConstraint("street_code", "vendor_code", "valid_from"),
        UniqueConstraint("street_code", "driver_code", "valid_from"),
        CheckConstraint("(vendor_code is null) <> (driver_code is null)", name="one"),
        CheckConstraint("valid_to is null or valid_from <= valid_to", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"), index=True)
    position: Mapped[int]
    vendor_code: Mapped[str | None] = mapped_column(ForeignKey("vendor.code"))
    driver_code: Mapped[str | None] = mapped_column(ForeignKey("driver.code"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
