"""Tables of the kitchen's day: trips packed, samples kept, temperatures read, boxes counted.

All are written once. A mistake is mended by a later row that names the one it corrects; only a watch item is closed in place.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class PackedTrip(Base):
    """A tick on the packing list, or its taking back. The row with the highest ``number`` of a trip holds.

    A trip is a vehicle's n-th of the meal, so that a tick outlives a new plan version; ``content`` says what was packed.
    """

    __tablename__ = "packed_trip"
    __table_args__ = (UniqueConstraint("day", "slot", "vehicle_code", "trip", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    vehicle_code: Mapped[str] = mapped_column(String(40))
    trip: Mapped[int]
    number: Mapped[int]
    kitchen_code: Mapped[str] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(String(32))
    portions: Mapped[int]
    packed: Mapped[bool]
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@append_only
class RetainedSample(Base):
    """A dish's sample of one meal (留样). The current one is the one that no other corrects."""

    __tablename__ = "retained_sample"
    __table_args__ = (
        UniqueConstraint("client_id"),
        UniqueConstraint("corrects_id"),
        Index(None, "day", "slot"),
        CheckConstraint("grams >= 0", name="grams"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    kitchen_code: Mapped[str] = mapped_column(String(40), index=True)
    dish_code: Mapped[str] = mapped_column(String(40))
    dish_name: Mapped[str] = mapped_column(String(120))
    grams: Mapped[int]
    place: Mapped[str] = mapped_column(String(80), default="")
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    keep_until: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("retained_sample.id"))
    correction: Mapped[str] = mapped_column(Text, default="")


@append_only
class SampleDiscard(Base):
    """Somebody threw a sample away after its time."""

    __tablename__ = "sample_discard"
    __table_args__ = (UniqueConstraint("sample_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("retained_sample.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")


@append_only
class TemperatureReading(Base):
    """One temperature, in tenths of a degree Celsius, with the limits that held for it.

    ``action`` says what was done where it was out of range, ``again_tenths`` what was read after reheating.
    """

    __tablename__ = "temperature_reading"
    __table_args__ = (UniqueConstraint("client_id"), UniqueConstraint("corrects_id"), Index(None, "day", "slot"))

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(16))
    kitchen_code: Mapped[str] = mapped_column(String(40), index=True)
    station_code: Mapped[str] = mapped_column(String(40), default="")
    dish_code: Mapped[str] = mapped_column(String(40), default="")
    dish_name: Mapped[str] = mapped_column(String(120), default="")
    vehicle_code: Mapped[str] = mapped_column(String(40), default="")
    trip: Mapped[int] = mapped_column(default=0)
    tenths: Mapped[int]
    least_tenths: Mapped[int | None]
    most_tenths: Mapped[int | None]
    in_range: Mapped[bool]
    action: Mapped[str] = mapped_column(String(16), default="")
    again_tenths: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("temperature_reading.id"))
    correction: Mapped[str] = mapped_column(Text, default="")


class KitchenWatch(Base):
    """A reading out of range, until a named person says that the food is safe or gone."""

    __tablename__ = "kitchen_watch"
    __table_args__ = (UniqueConstraint("reading_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("temperature_reading.id"))
    owner: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(8), index=True)
    closed_by: Mapped[str | None] = mapped_column(String(80))
    closed_how: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@append_only
class BoxCount(Base):
    """Transport boxes of one kind that went out with a trip, came back, or were written off. The current row has no correction."""

    __tablename__ = "box_count"
    __table_args__ = (
        UniqueConstraint("client_id"),
        UniqueConstraint("corrects_id"),
        Index(None, "kitchen_code", "day"),
        CheckConstraint("count >= 0", name="count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(10))
    kitchen_code: Mapped[str] = mapped_column(String(40))
    vehicle_code: Mapped[str] = mapped_column(String(40))
    route: Mapped[int]
    trip: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    way: Mapped[str] = mapped_column(String(12))
    count: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(80))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("box_count.id"))
