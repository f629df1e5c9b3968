"""Tables of vendors, kitchens, stations, drivers and vehicles. ``code`` is the natural key that sheets use."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.crypto import EncryptedDict, EncryptedStr
from mealroute.core.db import Base, JsonDict


class Vendor(Base):
    """A business of the register with its papers."""

    __tablename__ = "vendor"
    __table_args__ = (
        CheckConstraint("capacity_lunch >= 0", name="capacity_lunch"),
        CheckConstraint("capacity_dinner >= 0", name="capacity_dinner"),
        CheckConstraint("star between 1 and 5", name="star"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    uscc: Mapped[str] = mapped_column(String(18), default="")
    type: Mapped[str] = mapped_column(String(20), default="catering")
    supply_mode: Mapped[str | None] = mapped_column(String(30))
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str | None] = mapped_column(EncryptedStr)
    licence_no: Mapped[str] = mapped_column(String(60), default="")
    licence_kind: Mapped[str] = mapped_column(String(60), default="")
    licence_valid_to: Mapped[date | None]
    filing_no: Mapped[str] = mapped_column(String(60), default="")
    contract_no: Mapped[str] = mapped_column(String(60), default="")
    contract_from: Mapped[date | None]
    contract_to: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(12), default="active")
    street_codes: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    capacity_lunch: Mapped[int | None]
    capacity_dinner: Mapped[int | None]
    diets: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    star: Mapped[int | None]
    star_on: Mapped[date | None]
    size_class: Mapped[str | None] = mapped_column(String(12))
    extra: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)


class Kitchen(Base):
    """A place where meals are cooked and trips load. WGS-84. ``closed_on`` is the first day without it."""

    __tablename__ = "kitchen"
    __table_args__ = (CheckConstraint("daily_capacity >= 0", name="capacity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    vendor_code: Mapped[str] = mapped_column(ForeignKey("vendor.code"))
    name: Mapped[str] = mapped_column(String(120))
    street_code: Mapped[str | None] = mapped_column(ForeignKey("street.code"))
    address: Mapped[str] = mapped_column(String(200), default="")
    lon: Mapped[float]
    lat: Mapped[float]
    daily_capacity: Mapped[int]
    loading_places: Mapped[int] = mapped_column(default=1)
    closed_on: Mapped[date | None]
    extra: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)


class KitchenDiet(Base):
    """A diet that a kitchen can cook."""

    __tablename__ = "kitchen_diet"

    kitchen_code: Mapped[str] = mapped_column(ForeignKey("kitchen.code"), primary_key=True)
    diet: Mapped[str] = mapped_column(String(20), primary_key=True)


class KitchenBatch(Base):
    """One cooking for one slot; seconds since local midnight."""

    __tablename__ = "kitchen_batch"
    __table_args__ = (
        UniqueConstraint("kitchen_code", "slot", "cooked_at_s"),
        CheckConstraint("cooked_at_s <= ready_at_s and ready_at_s < eat_by_s", name="clock"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kitchen_code: Mapped[str] = mapped_column(ForeignKey("kitchen.code"))
    slot: Mapped[str] = mapped_column(String(10))
    cooked_at_s: Mapped[int]
    ready_at_s: Mapped[int]
    eat_by_s: Mapped[int]


class Station(Base):
    """A street's hub or a community's station. WGS-84."""

    __tablename__ = "station"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10), default="station")
    street_code: Mapped[str] = mapped_column(ForeignKey("street.code"))
    address: Mapped[str] = mapped_column(String(200), default="")
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    phone: Mapped[str | None] = mapped_column(EncryptedStr)
    operator_vendor_code: Mapped[str | None] = mapped_column(ForeignKey("vendor.code"))
    extra: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)


class Driver(Base):
    """A driver, courier or volunteer with the usual shift; bit 0 of ``weekdays`` is Monday."""

    __tablename__ = "driver"
    __table_args__ = (CheckConstraint("shift_start_s < shift_end_s", name="shift"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(EncryptedStr)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    vendor_code: Mapped[str | None] = mapped_column(ForeignKey("vendor.code"))
    kitchen_code: Mapped[str] = mapped_column(ForeignKey("kitchen.code"))
    shift_start_s: Mapped[int]
    shift_end_s: Mapped[int]
    volunteer: Mapped[bool] = mapped_column(default=False)
    health_certificate_to: Mapped[date | None]
    training_to: Mapped[date | None]
    weekdays: Mapped[int] = mapped_column(default=127)
    active: Mapped[bool] = mapped_column(default=True)
    extra: Mapped[dict[str, Any]] = mapped_column(EncryptedDict, default=dict)


class Vehicle(Base):
    """A vehicle, its boxes and what it costs. ``driver_code`` is its usual driver; without ``vendor_code`` it is its kitchen's."""

    __tablename__ = "vehicle"
    __table_args__ = (
        CheckConstraint("hot_boxes >= 0 and cold_boxes >= 0", name="boxes"),
        CheckConstraint("max_trips >= 1", name="trips"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    plate: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[str] = mapped_column(String(10))
    profile: Mapped[str] = mapped_column(String(20))
    vendor_code: Mapped[str | None] = mapped_column(ForeignKey("vendor.code"))
    kitchen_code: Mapped[str] = mapped_column(ForeignKey("kitchen.code"))
    hot_boxes: Mapped[int]
    cold_boxes: Mapped[int] = mapped_column(default=0)
    halal_marked: Mapped[bool] = mapped_column(default=False)
    driver_code: Mapped[str | None] = mapped_column(ForeignKey("driver.code"))
    fixed_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    per_km_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    per_hour_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    max_trips: Mapped[int] = mapped_column(default=1)
    load_duration_s: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    extra: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
