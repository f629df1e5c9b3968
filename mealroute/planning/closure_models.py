"""Roads that are closed on a day, with who said so and why; a road that opens again is a further row."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mealroute.core.audit import append_only
from mealroute.core.db import Base, UtcDateTime


@append_only
class RoadClosure(Base):
    """Nothing drives within ``radius_m`` of the point on ``day``. ``reopens_id``: this row ends that closure instead."""

    __tablename__ = "road_closure"
    __table_args__ = (UniqueConstraint("reopens_id"), Index(None, "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    lon: Mapped[float]
    lat: Mapped[float]
    radius_m: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reopens_id: Mapped[int | None] = mapped_column(ForeignKey("road_closure.id"))
